// What matters now, at a glance.

import { badge, element, find } from "./element.js";
import { age, moment, percent, price, reason, share } from "./words.js";

function fill(id, big, note, mood = "") {
  const tile = find(id);
  tile.dataset.mood = mood;
  tile.querySelector(".big").replaceChildren(...[big].flat());
  tile.querySelector(".note").replaceChildren(...[note].flat());
}

const mood = (number) => (number > 0 ? "good" : number < 0 ? "bad" : "");

export function priceTile(series, klines, marketTime) {
  const last = klines.at(-1);
  if (!last) return fill("tile-price", "–", "no closed candle yet");
  const dayAgo = klines.findLast((each) => each.open_time <= last.open_time - 86_400_000) ?? klines[0];
  const change = Number(last.close) / Number(dayAgo.close) - 1;
  const unit = element("small", {}, ` ${series.quote}`);
  const moved = element("em", { class: mood(change) }, percent(change));
  const over = dayAgo === klines[0] ? "since the left end" : "in 24 h";
  fill("tile-price", [price(last.close), unit], [moved, ` ${over} · closed ${age(marketTime - last.close_time)} ago`]);
}

// Since when a follower holds what it holds, as far as the listed decisions reach.
function positionNote(decisions) {
  const changed = decisions.find((each) => each.position_before !== each.position_after);
  if (!changed) return `for all of the last ${decisions.length} decisions`;
  return `since the ${changed.action} of ${moment(changed.open_time)}`;
}

export function decisionTiles(ledger, marketTime) {
  const decision = ledger[0];
  if (!decision) {
    fill("tile-decision", "none yet", "the next closed candle brings one");
    fill("tile-gain", "–", "");
    return fill("tile-position", "–", "");
  }
  const since = age(marketTime - decision.close_time);
  fill("tile-decision", [badge(decision), element("small", {}, ` ${since} ago`)], reason(decision.reason));
  fill("tile-position", decision.position_after === "long" ? "Long" : "Flat", positionNote(ledger));
  if (decision.expected_gain === null) return fill("tile-gain", "–", "not computed for this candle");
  const cost = decision.cost;
  const net = decision.expected_gain - cost;
  const verdict = net > 0 ? "clears" : "does not clear";
  fill("tile-gain", [percent(decision.expected_gain), element("small", {}, ` / ${share(cost, 2)}`)], `${verdict} the cost by ${share(Math.abs(net), 2)} over ${decision.horizon} bars`, net > 0 ? "good" : "");
}

// The ledger only: what was decided before its outcome could be known.
export function rightTile(record) {
  const { known = 0, pending = 0 } = record?.outcomes ?? {};
  if (!known) return fill("tile-right", "–", `${pending} pending: outcomes come after the horizon`);
  const right = Math.round(record.accuracy * known);
  const beside = element("small", {}, ` / ${share(record.base_rate, 0)} base rate`);
  fill("tile-right", [share(record.accuracy), beside], `${right} of ${known} live decisions · ${pending} pending`);
}

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

export function decisionTiles(decision, marketTime) {
  if (!decision) {
    fill("tile-decision", "none yet", "the next closed candle brings one");
    fill("tile-gain", "–", "");
    return fill("tile-position", "–", "");
  }
  const since = age(marketTime - decision.close_time);
  fill("tile-decision", [badge(decision), element("small", {}, ` ${since} ago`)], reason(decision.reason));
  const cost = decision.cost;
  const net = decision.expected_gain - cost;
  const verdict = net > 0 ? "clears" : "does not clear";
  fill("tile-gain", [percent(decision.expected_gain), element("small", {}, ` / ${share(cost, 2)}`)], `${verdict} the cost by ${share(Math.abs(net), 2)} over ${decision.horizon} bars`, mood(net));
  fill("tile-position", decision.position_after === "long" ? "Long" : "Flat", `since the candle of ${moment(decision.open_time)} or before`);
}

// Of the ledger decisions that are listed, honestly named so.
export function rightTile(decisions) {
  const known = decisions.filter((each) => each.outcome?.state === "known");
  const right = known.filter((each) => each.outcome.correct).length;
  const waiting = decisions.filter((each) => !each.outcome || each.outcome.state === "pending").length;
  const note = `${right} of ${known.length} known · ${waiting} pending, last ${decisions.length} decisions`;
  fill("tile-right", known.length ? share(right / known.length) : "–", known.length ? note : `${waiting} pending: outcomes come after the horizon`);
}

// What matters now, at a glance.

import { badge, element, find } from "../../element.js";
import { age, moment, percent, price, reason, share } from "../../words.js";

const mood = (number) => (number > 0 ? "good" : number < 0 ? "bad" : "");

function fill(id, big, note, feeling = "") {
  const tile = find(id);
  tile.dataset.mood = feeling;
  tile.querySelector(".big").replaceChildren(...[big].flat());
  tile.querySelector(".note").replaceChildren(...[note].flat());
}

// `quote` is what the historic API says of the market's price; null while nothing is known.
export function priceTile(series, quote) {
  if (!quote?.price) return fill("tile-price", "–", "no price yet");
  const unit = element("small", {}, series.quote);
  const moved = Number.isFinite(quote.change_24h)
    ? [element("em", { class: mood(quote.change_24h) }, percent(quote.change_24h)), " in 24 h"] : ["24 h change unknown"];
  fill("tile-price", [element("span", {}, price(quote.price)), unit], [...moved, ` · ${age(quote.age_ms)} old`]);
}

// Since when a follower holds what it holds, as far as the listed decisions reach.
function positionNote(decisions) {
  const changed = decisions.find((each) => each.position_before !== each.position_after);
  if (!changed) return `for all of the last ${decisions.length} decisions`;
  return [`since the ${changed.action} of `, element("span", { class: "nowrap" }, moment(changed.open_time))];
}

export function decisionTiles(ledger, marketTime) {
  const decision = ledger[0];
  if (!decision) {
    fill("tile-decision", "None yet", "the next closed candle brings one");
    fill("tile-gain", "–", "comes with the first decision");
    return fill("tile-position", "–", "comes with the first decision");
  }
  const since = age(marketTime - decision.close_time);
  fill("tile-decision", [badge(decision), element("small", {}, `${since} ago`)], reason(decision.reason));
  fill("tile-position", decision.position_after === "long" ? "Long" : "Flat", positionNote(ledger));
  if (decision.expected_gain === null) return fill("tile-gain", "–", "not computed for this candle");
  const net = decision.expected_gain - decision.cost;
  const verdict = net > 0 ? "clears" : "does not clear";
  fill("tile-gain", [percent(decision.expected_gain), element("small", {}, `/ ${share(decision.cost, 2)}`)],
    `${verdict} the cost by ${share(Math.abs(net), 2)} over ${decision.horizon} bars`, net > 0 ? "good" : "");
}

// The ledger only: what was decided before its outcome could be known.
export function rightTile(record) {
  const { known = 0, pending = 0 } = record?.outcomes ?? {};
  if (!known) return fill("tile-right", "–", `${pending} pending: outcomes come after the horizon`);
  const right = Math.round(record.accuracy * known);
  const beside = element("small", {}, `/ ${share(record.base_rate, 0)} base rate`);
  fill("tile-right", [share(record.accuracy), beside], `${right} of ${known} live decisions · ${pending} pending`);
}

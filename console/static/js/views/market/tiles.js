// What matters now, at a glance.

import { badge, element, find, pastMark } from "../../element.js";
import { age, moment, percent, price, reason, share, tied } from "../../words.js";

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
    ? [element("em", { class: mood(quote.change_24h) }, percent(quote.change_24h)), tied(" in 24 h")] : [tied("24 h change unknown")];
  fill("tile-price", [element("span", {}, price(quote.price)), unit], [...moved, ` · ${age(quote.age_ms)} old`]);
}

// Since when a follower holds what it holds, as far as the listed decisions reach.
function positionNote(decisions) {
  const changed = decisions.find((each) => each.position_before !== each.position_after);
  if (!changed) return decisions.length === 1 ? "for the only decision so far" : `for all of the last ${decisions.length} decisions`;
  return [`since the ${changed.action} of `, element("span", { class: "nowrap" }, `${moment(changed.open_time)} UTC`)];
}

function gainTile(decision) {
  if (decision.expected_gain === null) return fill("tile-gain", "–", "not computed for this candle");
  const net = decision.expected_gain - decision.cost;
  const verdict = net > 0 ? "clears" : "does not clear";
  fill("tile-gain", [percent(decision.expected_gain), element("small", {}, `/ ${share(decision.cost, 2)}`)],
    [`${verdict} the cost by ${share(Math.abs(net), 2)} over ${decision.horizon} candles`, ...pastMark(decision)], net > 0 ? "good" : "");
}

function nothingDecided() {
  fill("tile-decision", "None yet", "the next closed candle brings one, once a model is in charge");
  fill("tile-gain", "–", "comes with the first decision");
  fill("tile-position", "–", "comes with the first decision");
}

// Nobody has followed what a back-test decided.
function pastTiles(decision) {
  fill("tile-decision", [badge(decision), ...pastMark(decision)], [`candle of ${moment(decision.open_time)} UTC; no live decision yet`]);
  fill("tile-position", "–", "nobody followed the back-test; begins with the first live decision");
  gainTile(decision);
}

export function decisionTiles({ ledger: [newest, ...older], backtested }, marketTime) {
  if (!newest) return backtested ? pastTiles(backtested) : nothingDecided();
  const since = age(marketTime - newest.close_time);
  fill("tile-decision", [badge(newest), element("small", {}, `${since} ago`)], reason(newest.reason));
  fill("tile-position", newest.position_after === "long" ? "Long" : "Flat", positionNote([newest, ...older]));
  return gainTile(newest);
}

// The ledger only: what was decided before its outcome could be known.
export function rightTile(record) {
  const { known = 0, pending = 0 } = record?.outcomes ?? {};
  if (!known && !pending) return fill("tile-right", "–", "no live decision to judge yet");
  if (!known) return fill("tile-right", "–", `${pending} pending: outcomes come after the horizon`);
  const right = Math.round(record.accuracy * known);
  const beside = element("small", {}, `/ ${share(record.base_rate, 0)} base rate`);
  fill("tile-right", [share(record.accuracy), beside], `${right} of ${known} live decisions · ${pending} pending`);
}

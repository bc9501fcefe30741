// The sums of the portfolio, by quote asset, and what has to be known about them.

import { chip, madeUp, nothing, tile, tiles, unit } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { amount, mood, signedAmount } from "../../drawing/numbers.js";
import { moment, money, percent } from "../../words.js";

const number = (text) => (text === null ? null : Number(text));

// What the holdings of one quote asset were worth a day ago, where all of them have a change.
function dayChange(holdings) {
  const parts = holdings.filter((each) => each.value !== null);
  if (!parts.length || parts.some((each) => each.change === null)) return null;
  const now = parts.reduce((sum, each) => sum + Number(each.value), 0);
  const before = parts.reduce((sum, each) => sum + Number(each.value) / (1 + each.change), 0);
  return { change: now / before - 1, moved: now - before };
}

function beside(value, other, name) {
  if (value === null || other === null) return "unknown: no decision is recorded for a part of it";
  const more = value - other;
  return [element("em", { class: mood(more) }, signedAmount(more)), ` (${percent(value / other - 1)}) ${name}`];
}

function ofQuote(total, holdings) {
  const [value, following, hold, began] = ["value", "following", "buy_and_hold", "began_with"].map((name) => number(total[name]));
  const mine = holdings.filter((each) => each.exchange === total.exchange && each.quote === total.quote);
  const day = dayChange(mine);
  const shown = (text) => [amount(text), unit(total.quote)];
  const worth = value === null ? shown(total.known_value) : shown(total.value);
  const note = value === null ? "without what has no price" : beside(value, began, "since the start");
  return tiles(`${total.exchange} in ${total.quote}`,
    tile("Worth now", worth, total.simulated ? [...[note].flat(), " ", madeUp()] : note),
    tile("Change in 24 h", day ? percent(day.change) : "–", day ? money(signedAmount(day.moved), total.quote) : "a price of a day ago is missing", day ? mood(day.change) : ""),
    tile("Had it followed the decisions", shown(total.following), beside(following, value, "beside what it is worth"), ""),
    tile("Bought once and held", shown(total.buy_and_hold), beside(hold, began, "since the start, costs paid")));
}

function assumption() {
  return element("p", { class: "remark" }, chip("Example", "warn"),
    " No holdings are set: equal parts of 1\u202f000 in each watched market are shown. Write yours into .env, such as ",
    element("code", {}, "OPA_PORTFOLIO=BTCUSDT:0.5,USDT:1000"), ", and run ", element("code", {}, "sh setup.sh"), ".");
}

export function drawTotals({ holdings, totals, unknown, assumed, start }) {
  if (!holdings.length) return nothing("Nothing is held: no market is stored yet, and OPA_PORTFOLIO is empty.");
  return [
    ...totals.map((each) => ofQuote(each, holdings)),
    ...(assumed ? [assumption()] : []),
    ...(unknown.length ? [element("p", { class: "remark bad" }, `Without a price: ${unknown.join(", ")}. No stored market bears these names.`)] : []),
    ...(start === null ? [element("p", { class: "remark" }, "No decision is recorded yet, so there is nothing to follow.")]
      : [element("p", { class: "remark" }, `Decisions are followed since ${moment(start)} UTC; fees and slippage are taken off.`)]),
  ];
}

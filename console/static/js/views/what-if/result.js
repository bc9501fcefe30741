// The recorded result beside the changed one, over the same candles.

import { Curves } from "../../drawing/curves.js";
import { tableOf } from "../../drawing/figure.js";
import { count, counted, mood, ratio } from "../../drawing/numbers.js";
import { card, chip, nothing } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment, percent, share } from "../../words.js";

const coloured = (value) => element("span", { class: mood(value) }, percent(value));
const right = (side) => (side.win + side.loss ? share(side.win / (side.win + side.loss)) : "–");

const undecided = () => element("span", { class: "muted" }, "decides nothing");

const ROWS = [
  ["Total return", (side) => coloured(side.total)],
  ["Sharpe ratio, per year", (side) => ratio(side.sharpe)],
  ["Deepest fall from a high", (side) => share(side.max_drawdown)],
  ["Purchases", (side) => count(side.trades)],
  ["Paid in fees and slippage", (side) => share(side.cost, 2)],
  ["Share of candles in the market", (side) => share(side.exposure)],
  ["Decisions that were right", (side) => (side.actions ? right(side) : undecided())],
  ["BUY, SELL, HOLD", (side) => (side.actions ? ["BUY", "SELL", "HOLD"].map((name) => count(side.actions[name] ?? 0)).join(", ") : undecided())],
];

export const NOTHING_CHANGES = "Nothing is changed: the recorded ledger is decided again in memory, answered and forgotten. No model is trained, no decision is written, no order is placed.";

function table({ ledger, what_if: changed, buy_and_hold: hold }) {
  const columns = [{ name: "Figure" }, ...["Recorded", "With these settings", "Buy and hold"].map((name) => ({ name, number: true }))];
  return tableOf(columns, ROWS.map(([name, shown]) => [name, shown(ledger), shown(changed), shown(hold)]), "The recorded ledger beside the changed one");
}

function curves({ curve }) {
  const lines = [["Recorded", "recorded", "ledger"], ["With these settings", "ours", "what_if"], ["Buy and hold", "benchmark", "buy_and_hold"]]
    .map(([name, kind, field]) => ({ name, kind, values: curve.map((each) => each[field]) }));
  return new Curves({ name: "Worth of 1", times: curve.map((each) => each.time), lines, level: 1, format: (value) => ratio(value, 4), axisFormat: ratio }).node;
}

const again = () => element("p", {}, element("button", { type: "button", class: "button again" }, "Try again"));

export function drawResult({ answer, isChanged }) {
  const notice = element("p", { class: "remark notice" }, element("b", {}, "A calculation. "), NOTHING_CHANGES);
  if (answer.refused) return card("Recorded beside changed", {}, notice, nothing(answer.refused, ...(answer.mayPass ? [again()] : [])));
  const said = isChanged ? `${count(answer.changed)} of ${counted(answer.decisions, "decision")} change` : "as recorded";
  const lead = `${counted(answer.decisions, "decision")} from ${moment(answer.first)} to ${moment(answer.last)} UTC${answer.newest ? `, the newest ${count(answer.newest)} of a longer record` : ""}, filled at the next open, costs taken off.`;
  return card("Recorded beside changed", { lead, chip: chip(said, isChanged && answer.changed ? "warn" : "") },
    notice, element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Recorded beside changed", "data-keep": "sides" }, table(answer)), curves(answer));
}

// What 1 became by following the decisions, beside buying once and staying out, and the falls from each high.

import { Curves } from "../../drawing/curves.js";
import { tableOf } from "../../drawing/figure.js";
import { count, mood, ratio } from "../../drawing/numbers.js";
import { card, nothing } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { percent, share } from "../../words.js";

function drawdown(values) {
  let high = 1;
  return values.map((each) => {
    high = Math.max(high, each);
    return each / high - 1;
  });
}

function totals({ following, buy_and_hold: hold }) {
  const rows = [
    ["Total return", "total", (value) => element("span", { class: mood(value) }, percent(value))],
    ["Sharpe ratio, per year", "sharpe", (value) => ratio(value)],
    ["Deepest fall", "max_drawdown", (value) => share(value)],
    ["Purchases", "trades", count],
    ["Fees and slippage", "cost", (value) => share(value, 2)],
    ["Time in the market", "exposure", (value) => share(value)],
  ];
  const columns = [{ name: "Figure" }, { name: "Following", number: true }, { name: "Buy and hold", number: true }, { name: "Flat", number: true }];
  const flat = { total: percent(0), sharpe: "–", max_drawdown: share(0), trades: "0", cost: share(0, 2), exposure: share(0) };
  return tableOf(columns, rows.map(([name, field, shown]) => [name, shown(following[field]), shown(hold[field]), flat[field]]), "Totals of the three ways");
}

export function drawEquity({ record, profit }) {
  if (!record?.decisions) return null;
  if (!profit) return card("What following would have earned", {}, nothing("Two closed candles are needed after the first decision."));
  const times = profit.curve.map((each) => each.time);
  const [ours, hold] = ["following", "buy_and_hold"].map((name) => profit.curve.map((each) => each[name]));
  const cost = `Filled at the next open, ${share(profit.round_trip_cost, 2)} for buying and selling taken off, ${count(profit.candles)} candles. Now ${profit.position}.`;
  const worth = new Curves({
    name: "Worth of 1", times, level: 1, format: (value) => ratio(value, 4), axisFormat: ratio,
    lines: [{ name: "Following", kind: "ours", values: ours }, { name: "Buy and hold", kind: "benchmark", values: hold }, { name: "Flat", kind: "flat", values: times.map(() => 1) }],
  });
  const falls = new Curves({
    name: "Fall from the last high", times, level: 0, fill: "ours", height: 130, format: (value) => percent(value), axisFormat: (value, digits) => percent(value, Math.max(0, digits - 2)),
    lines: [{ name: "Following", kind: "ours", values: drawdown(ours) }, { name: "Buy and hold", kind: "benchmark", values: drawdown(hold) }],
  });
  return card("What following would have earned", { lead: cost },
    element("div", { class: "wide-and-narrow" },
      element("div", {}, worth.node, element("h3", {}, "Drawdown"), falls.node),
      element("div", { class: "framed scroll", tabindex: "0", role: "group", "aria-label": "Totals", "data-keep": "totals" }, totals(profit))));
}

// Champion and challenger on the same candles.

import { tableOf } from "../../drawing/figure.js";
import { count, ratio } from "../../drawing/numbers.js";
import { card } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment, percent, share } from "../../words.js";
import { kindOf, verdictOf } from "./card.js";

const at = (model, path) => path.split(".").reduce((held, name) => held?.[name], model.card.metrics);
const figure = (path, shown) => (model) => (Number.isFinite(at(model, path)) ? shown(at(model, path)) : "–");

function ends(model, name, shown) {
  const [low, high] = [at(model, `scores.${name}_low`), at(model, `scores.${name}_high`)];
  return Number.isFinite(low) ? element("small", {}, `${shown(low)} to ${shown(high)}`) : "";
}

const ROWS = [
  ["Kind", kindOf],
  ["Verdict", verdictOf],
  ["Trained (UTC)", (model) => moment(model.trained_at)],
  ["Accuracy, 95 %", (model) => element("span", { class: "stacked" }, figure("scores.accuracy", share)(model), ends(model, "accuracy", share))],
  ["AUC, 95 %", (model) => element("span", { class: "stacked" }, figure("scores.auc", (value) => ratio(value, 3))(model), ends(model, "auc", (value) => ratio(value, 3)))],
  ["Brier skill", figure("scores.brier_skill", percent)],
  ["Net return", figure("net.total", (value) => percent(value, 1))],
  ["Sharpe ratio, per year", figure("net.sharpe", ratio)],
  ["Deflated Sharpe", figure("deflated_sharpe", share)],
  ["Deepest fall", figure("net.max_drawdown", share)],
  ["Purchases", figure("net.trades", count)],
];

export function drawRivals({ champion, challenger }) {
  if (!champion) return null;
  const models = [champion, ...(challenger ? [challenger] : [])];
  const columns = [{ name: "Figure" }, { name: "Champion" }, ...(challenger ? [{ name: "Challenger" }] : [])];
  const rows = ROWS.map(([name, shown]) => [name, ...models.map((model) => shown(model))]);
  const lead = challenger ? "Both decide every candle; only the champion is followed. The challenger takes over when it has been better for long enough." : "No challenger is trained for this series.";
  return card("Champion and challenger", { lead }, element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Champion and challenger", "data-keep": "rivals" },
    tableOf(columns, rows, "Champion and challenger")));
}

// Whether the profit could be luck: trials, deflated Sharpe ratio, random timing, delay.

import { counted, ratio } from "../../drawing/numbers.js";
import { card, facts, nothing } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { percent, share } from "../../words.js";

const explained = (value, why) => [element("b", {}, value), element("small", {}, why)];

function interval(scores, name, format) {
  return Number.isFinite(scores[`${name}_low`]) ? `95 % interval ${format(scores[`${name}_low`])} to ${format(scores[`${name}_high`])}` : "";
}

export function drawLuck(champion) {
  const metrics = champion?.card.metrics;
  if (!champion) return null;
  if (!metrics?.net || !Number.isFinite(metrics.scores.accuracy)) return card("Skill or luck?", {}, nothing("Nothing to judge yet."));
  const { scores, net, delayed, shifts, trials } = metrics;
  const rows = [
    ["AUC", explained(ratio(scores.auc, 3), `0.5 is chance; ${interval(scores, "auc", (value) => ratio(value, 3))}`)],
    ["Brier skill", Number.isFinite(scores.brier_skill) && explained(percent(scores.brier_skill), `0 is the base rate; ${interval(scores, "brier_skill", percent)}`)],
    ["Calibration slope", Number.isFinite(scores.calibration_slope) && explained(ratio(scores.calibration_slope), `1 keeps its word; ${interval(scores, "calibration_slope", ratio)}`)],
    ["Interval coverage", Number.isFinite(scores.interval_coverage) && explained(share(scores.interval_coverage), "the forecast interval should hold 80 %")],
    ["Sharpe ratio, per year", explained(ratio(net.sharpe), delayed ? `${ratio(delayed.sharpe)} when every fill comes one candle later` : "")],
    ["Deflated Sharpe", Number.isFinite(metrics.deflated_sharpe) && explained(share(metrics.deflated_sharpe), `chance that it is more than the luckiest of ${counted(trials, "trial")}; 95 % is asked for`)],
    ["Random timing does as well", Number.isFinite(metrics.shift_p) && explained(`p ${ratio(metrics.shift_p, 3)}`, shifts?.draws ? `of ${shifts.draws} circular shifts of the same positions` : "nothing was ever bought")],
    ["Deepest fall from a high", Number.isFinite(net.max_drawdown) && explained(share(net.max_drawdown), Number.isFinite(net.trades) ? `${counted(net.trades, "purchase")}, in the market ${share(net.exposure)} of the time` : "")],
  ].filter(([, value]) => value);
  return card("Skill or luck?", { lead: "From the walk-forward: every figure is about candles the model had not seen, costs taken off." }, facts(rows));
}

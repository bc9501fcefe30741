// The model card in words, with its verdict and the conditions behind it.

import { count, counted } from "../../drawing/numbers.js";
import { card, chip, nothing } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment, percent, share } from "../../words.js";

export const VERDICTS = {
  proven: ["Proven so far", "good"],
  "not proven": ["Not proven", "warn"],
  blocked: ["Blocked: too good to be true", "bad"],
};
const KINDS = { lightgbm: "Gradient boosting (LightGBM)", logistic: "Logistic regression", hist_gradient_boosting: "Histogram gradient boosting" };
const GATES = {
  accuracy_credible: "Accuracy is believable", auc_credible: "AUC is believable", sharpe_credible: "Sharpe ratio is believable", return_r2_credible: "Explained returns are believable",
  accuracy_above_chance: "Accuracy lies above chance", brier_skill: "Probabilities beat the base rate", profit: "A profit after costs",
  circular_shift_p: "Random timing does worse", deflated_sharpe: "More than the luckiest of many trials", delay: "Survives one candle of delay", candles: "Enough candles to judge",
};

export const kindOf = (model) => KINDS[model.kind] ?? model.kind;
export const verdictOf = (model) => {
  const [said, kind] = VERDICTS[model.verdict] ?? ["No verdict", "warn"];
  return chip(said, kind);
};

const day = (ms) => moment(ms).slice(0, 10);

function learned(model, { window, spec }) {
  const bars = window ? ` from ${counted(window.bars, "candle")}` : "";
  return `${kindOf(model)}, trained${bars} between ${day(model.train_start)} and ${day(model.train_end)}. At the close of every candle it forecasts what buying at the next open brings over ${counted(model.horizon, "candle")}, with a fee of ${spec.fee_bp} bp and ${spec.slippage_bp} bp slippage per side.`;
}

function decides({ thresholds, spec }) {
  return `It says BUY when the expected gain exceeds ${share(thresholds.expected_gain_above, 2)} and a rise is likelier than ${share(thresholds.p_min)}, SELL when the expected gain falls below zero or the price closes ${thresholds.stop_sigmas} daily volatilities under the entry, and HOLD otherwise. After a stop it buys nothing for ${counted(spec.cool_down, "candle")}.`;
}

function scored({ metrics }) {
  const { scores, net, buy_and_hold: hold } = metrics;
  if (!Number.isFinite(scores.accuracy)) return `Only ${counted(scores.n, "candle")} could be judged: too few for a score.`;
  return `On ${counted(scores.n, "candle")} it had not seen it called ${share(scores.accuracy)} of the directions right (95 % interval ${share(scores.accuracy_low)} to ${share(scores.accuracy_high)}); always the usual direction gives ${share(scores.base_rate_accuracy)}. Its decisions earned ${percent(net.total, 1)} with costs taken off, buying once and holding ${percent(hold.total, 1)}.`;
}

function untouched({ untouched_period: period }) {
  if (!period?.bars) return null;
  if (period.state !== "closed") return `The untouched period from ${day(period.from)} was opened for a release.`;
  return `The newest ${counted(period.bars, "candle")} from ${day(period.from)} to ${day(period.to)} are kept closed: no score, choice or verdict has seen them.`;
}

function gate({ name, holds, words, effect }) {
  const said = holds ? "holds" : effect === "blocked" ? "blocks" : "fails";
  return element("li", { class: holds ? "holds" : "fails" }, element("i", { "aria-hidden": "true" }, holds ? "✓" : "✗"),
    element("span", {}, element("span", { class: "unseen" }, `${said}: `), GATES[name] ?? name, ...(holds ? [] : [element("small", {}, words)])));
}

function noModel(blocked, { exchange, symbol, interval }) {
  const said = blocked ? `${counted(blocked, "model")} of this series ${blocked === 1 ? "was" : "were"} blocked as too good to be true, and none is in charge.` : "No model is trained for this series yet.";
  return card("Model card", {}, nothing(said, element("p", {}, "Train one: ", element("code", {}, `python -m model_service train --series ${exchange}/${symbol}/${interval}`))));
}

export function drawCard({ champion, blocked, series }) {
  if (!champion) return noModel(blocked, series);
  const { card: about } = champion;
  const paragraphs = [about.spec && learned(champion, about), about.thresholds && decides(about), about.metrics && scored(about), untouched(about)].filter(Boolean);
  const gates = about.gates ?? [];
  const failing = gates.filter((each) => !each.holds).length;
  const conditions = gates.length
    ? [element("h3", {}, `${count(gates.length - failing)} of ${count(gates.length)} conditions hold`), element("ul", { class: "gates" }, ...gates.map(gate))]
    : [element("ul", { class: "why" }, ...(about.reasons ?? []).map((each) => element("li", {}, each)))];
  return card("Model card", { chip: verdictOf(champion) },
    element("div", { class: "pair" }, element("div", { class: "prose" }, ...paragraphs.map((each) => element("p", {}, each)), element("p", { class: "note" }, "Model ", element("code", {}, champion.model_id))), element("div", {}, ...conditions)));
}

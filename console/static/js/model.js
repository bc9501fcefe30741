// The model's card in short: its score beside what needs no model, and what may be concluded.

import { element, find } from "./element.js";
import { moment, percent, share } from "./words.js";

const VERDICTS = {
  proven: ["Proven so far", "good"],
  "not proven": ["Not proven", "warn"],
  blocked: ["Blocked: too good to be true", "bad"],
};

function bar(name, value, [low, high], interval, kind) {
  const place = (x) => `${(100 * (x - low)) / (high - low)}`;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, text] of Object.entries({ viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" })) svg.setAttribute(key, text);
  const part = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, text] of Object.entries(attributes)) made.setAttribute(key, text);
    svg.append(made);
  };
  part("rect", { class: "track", x: 0, y: 2, width: 100, height: 6 });
  part("rect", { class: kind, x: 0, y: 2, width: place(value), height: 6 });
  if (interval) part("rect", { class: "whisker", x: place(interval[0]), y: 0.5, width: place(interval[1]) - place(interval[0]), height: 9 });
  return [element("dt", {}, name), element("dd", {}, svg, element("b", {}, share(value)))];
}

function bars(scores) {
  const values = ["accuracy", "base_rate_accuracy", "persistence_accuracy", "accuracy_low", "accuracy_high"]
    .map((key) => scores[key]).filter(Number.isFinite);
  const range = [Math.min(0.44, ...values) - 0.01, Math.max(0.56, ...values) + 0.01];
  const interval = Number.isFinite(scores.accuracy_low) ? [scores.accuracy_low, scores.accuracy_high] : null;
  return element("dl", { class: "bars" },
    ...bar("This model", scores.accuracy, range, interval, "ours"),
    ...bar("Always the usual direction", scores.base_rate_accuracy, range, null, "other"),
    ...bar("Same as last candle", scores.persistence_accuracy, range, null, "other"));
}

function facts(model, { scores, net, buy_and_hold: hold, shift_p: luck }) {
  const rows = [
    ["AUC (0.5 is chance)", Number.isFinite(scores.auc) && scores.auc.toFixed(3)],
    ["Judged on", scores.n && `${scores.n.toLocaleString("en")} candles`],
    ["Back-test, costs taken off", net && percent(net.total, 1)],
    ["Buying once and holding", hold && percent(hold.total, 1)],
    ["As good by random timing (p)", Number.isFinite(luck) && luck.toFixed(2)],
    ["Learnt until", model.train_end && moment(model.train_end)],
  ].filter(([, value]) => value);
  return element("dl", { class: "facts" },
    ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function why(reasons) {
  return element("ul", { class: "why" }, ...reasons.map((each) => element("li", {}, each)));
}

export function drawModel(model) {
  const holder = find("model");
  const chip = find("verdict");
  const metrics = model?.card.metrics;
  const [words, kind] = VERDICTS[model?.card.verdict] ?? ["No verdict", "warn"];
  chip.hidden = !model;
  chip.textContent = words;
  chip.className = `chip ${kind}`;
  const nothing = (text) => holder.replaceChildren(element("p", { class: "empty" }, text));
  if (!model) return nothing("No model is trained for this series yet.");
  if (!Number.isFinite(metrics?.scores?.accuracy)) return nothing("No score yet: too few candles have a known outcome.");
  holder.replaceChildren(
    element("p", { class: "lead" }, "Directions called right on candles the model had not seen, with its 95 % interval"),
    bars(metrics.scores), facts(model, metrics), why(model.card.reasons ?? []));
}

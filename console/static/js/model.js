// The model's card in short: its score beside what needs no model, and what may be concluded.

import { element, find } from "./element.js";
import { moment, percent, share } from "./words.js";

const VERDICTS = {
  proven: ["Proven so far", "good"],
  "not proven": ["Not proven", "warn"],
  blocked: ["Blocked: too good to be true", "bad"],
};

const HALF = 0.5;
const SVG = "http://www.w3.org/2000/svg";

// A scale around one half, as wide as the numbers need and the same to both sides.
function reach(scores) {
  const values = ["accuracy", "base_rate_accuracy", "persistence_accuracy", "accuracy_low", "accuracy_high"]
    .map((key) => scores[key]).filter(Number.isFinite);
  return Math.ceil(Math.max(0.05, ...values.map((each) => Math.abs(each - HALF))) * 50) / 50;
}

function line(name, value, width, interval, kind) {
  const place = (share) => 50 + (50 * (share - HALF)) / width;
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 10");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  const part = (look, x, wide, y, high) => {
    const made = document.createElementNS(SVG, "rect");
    for (const [key, given] of Object.entries({ class: look, x, y, width: wide, height: high })) made.setAttribute(key, given);
    svg.append(made);
  };
  part("track", 0, 100, 4.5, 1);
  part("half", 49.8, 0.4, 0, 10);
  if (interval) part("whisker", place(interval[0]), place(interval[1]) - place(interval[0]), 3, 4);
  part(kind, place(value) - 0.9, 1.8, 1, 8);
  return [element("dt", {}, name), element("dd", {}, svg, element("b", {}, share(value)))];
}

function bars(scores) {
  const width = reach(scores);
  const interval = Number.isFinite(scores.accuracy_low) ? [scores.accuracy_low, scores.accuracy_high] : null;
  const ends = [HALF - width, HALF, HALF + width].map((each) => element("span", {}, share(each, 0)));
  return element("div", { class: "bars" },
    element("dl", {},
      ...line("This model", scores.accuracy, width, interval, "ours"),
      ...line("Always the usual direction", scores.base_rate_accuracy, width, null, "other"),
      ...line("Same as the last candle", scores.persistence_accuracy, width, null, "other")),
    element("p", { class: "scale", "aria-hidden": "true" }, ...ends));
}

function facts(model, { scores, net, buy_and_hold: hold, shift_p: luck }) {
  const rows = [
    ["AUC (0.5 is chance)", Number.isFinite(scores.auc) && scores.auc.toFixed(3)],
    ["Judged on", scores.n && `${scores.n.toLocaleString("en")} candles`],
    ["Back-test, costs taken off", net && percent(net.total, 1)],
    ["Buying once and holding", hold && percent(hold.total, 1)],
    ["Luck does as well (p)", Number.isFinite(luck) && luck.toFixed(2)],
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

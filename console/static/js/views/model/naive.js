// The same candles scored in ways that flatter, beside an honest one and what needs no model at all.

import { tableOf, asTable } from "../../drawing/figure.js";
import { count, counted, ratio } from "../../drawing/numbers.js";
import { card, nothing } from "../../drawing/panels.js";
import { whiskers } from "../../drawing/whiskers.js";
import { share } from "../../words.js";

const pair = (about, name) => (Number.isFinite(about?.[`${name}_low`]) ? [about[`${name}_low`], about[`${name}_high`]] : null);

function rows({ naive, metrics }) {
  const { scores, baselines = {} } = metrics;
  const told = [
    ["Naive: label of its own candle", naive?.same_bar, "flattered", "the answer is among the features"],
    ["Naive: shuffled folds", naive?.shuffled, "flattered", "neighbours with the same answer lie on both sides"],
    ["Honest: a later third, purged", naive?.honest, "honest", "the same small model, tested on later candles"],
    ["This model, walk-forward", scores, "ours", "refitted before every block it is judged on"],
    ["Always the usual direction", baselines.base_rate ?? { accuracy: scores.base_rate_accuracy }, "benchmark", "needs no model"],
    ["The last direction again", baselines.persistence ?? { accuracy: scores.persistence_accuracy }, "benchmark", "needs no model"],
  ];
  return told.filter(([, about]) => Number.isFinite(about?.accuracy));
}

export function drawNaive(champion) {
  if (!champion) return null;
  const { card: about } = champion;
  if (!Number.isFinite(about.metrics?.scores?.accuracy)) return card("Naive beside honest", {}, nothing("No score yet: too few candles have a known outcome."));
  const all = rows(about);
  const lead = about.naive?.shuffled
    ? `The first two are what a careless test would have reported for the same ${counted(about.naive.candles, "candle")}: ${share(about.naive.shuffled.accuracy)} shuffled, ${share(about.naive.honest.accuracy)} honest.`
    : "Too few candles for the naive comparison.";
  const drawn = whiskers(all.map(([name, each, kind, note]) => ({ name, value: each.accuracy, interval: pair(each, "accuracy"), kind, note })),
    { format: (value) => share(value), middle: 0.5 });
  const columns = [{ name: "Way to score" }, ...["Accuracy", "95 % interval", "AUC", "Candles"].map((name) => ({ name, number: true })), { name: "Why" }];
  const shown = ([name, each, , note]) => {
    const interval = pair(each, "accuracy");
    return [name, share(each.accuracy), interval ? `${share(interval[0])} to ${share(interval[1])}` : "–", ratio(each.auc, 3), each.n ? count(each.n) : "–", note];
  };
  return card("Naive beside honest", { lead }, drawn, asTable("Ways to score", () => tableOf(columns, all.map(shown), "Ways to score the same candles")));
}

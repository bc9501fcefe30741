// Outcomes by action: how often each was right, beside what the same answer gives at random candles.

import { shares } from "../../drawing/shares.js";
import { basisPoints, count, counted, ratio } from "../../drawing/numbers.js";
import { asTable, legend, tableOf } from "../../drawing/figure.js";
import { card } from "../../drawing/panels.js";
import { whiskers } from "../../drawing/whiskers.js";
import { element } from "../../element.js";
import { share } from "../../words.js";
import { standingInShort } from "./summary.js";

const ORDER = ["BUY", "SELL", "HOLD"];
const KINDS = { BUY: "buy", SELL: "sell", HOLD: "hold", All: "ours" };
const OUTCOMES = { right: ["win", "win"], wrong: ["loss", "loss"], pending: ["pending", "pending"], insufficient: ["insufficient", "insufficient"] };

const ends = (interval) => (interval ? `${share(interval[0])} to ${share(interval[1])}` : "–");

function rows(record) {
  const ordered = ORDER.filter((name) => record.by_action[name]).map((name) => [name, record.by_action[name]]);
  return [...ordered, ["All", record]];
}

function accuracies(all) {
  return whiskers(all.map(([name, each]) => ({
    name: name === "All" ? "All decisions" : name,
    value: each.accuracy, interval: each.accuracy_interval, kind: KINDS[name],
    against: each.base_rate === null ? [] : [{ value: each.base_rate, said: `base rate ${share(each.base_rate)}` }],
    shown: each.accuracy === null ? "–" : share(each.accuracy),
    note: standingInShort(each),
  })), { format: (value) => share(value, 0), scale: [0, 1], middle: 0.5 });
}

function table(all) {
  const numbers = ["Decisions", "Right", "Wrong", "Pending", "Insufficient", "Right, share", "95 % interval", "Base rate", "Outcomes that share no candle", "Mean net return if long"];
  const columns = [{ name: "Action" }, ...numbers.map((name) => ({ name, number: true }))];
  return tableOf(columns, all.map(([name, each]) => [
    name, ...[each.decisions, each.win, each.loss, each.pending, each.insufficient].map(count),
    each.accuracy === null ? "–" : share(each.accuracy), ends(each.accuracy_interval), each.base_rate === null ? "–" : share(each.base_rate),
    ratio(each.independent, 0), basisPoints(each.mean_net_bp ?? NaN),
  ]), "Outcomes by action");
}

function parts(each) {
  return Object.entries(OUTCOMES).map(([name, [field, kind]]) => ({ name, kind, value: each[field] }));
}

export function drawActions({ record }) {
  if (!record?.decisions) return null;
  const all = rows(record);
  const bars = element("ul", { class: "parts" }, ...all.map(([name, each]) =>
    element("li", {}, element("b", {}, name === "All" ? "All" : name), shares(`Outcomes of ${name}`, parts(each), { key: false }), element("span", { class: "muted" }, counted(each.decisions, "decision")))));
  return card("Outcomes by action", { lead: "BUY was right if the return to the horizon exceeded the cost, SELL and staying out if it did not. Most candles do not pay for two fills, so each action stands beside its own base rate." },
    element("div", { class: "pair" },
      element("div", {}, element("h3", {}, "Share that was right"), legend(["point-key", "share"], ["interval", "95 % interval"], ["against-key", "base rate"]), accuracies(all)),
      element("div", {}, element("h3", {}, "What became of them"), legend(...Object.entries(OUTCOMES).map(([name, [, kind]]) => [kind, name])), bars)),
    asTable("Outcomes by action", () => table(all)));
}

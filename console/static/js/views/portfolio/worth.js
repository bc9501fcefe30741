// Worth over time, one chart for each quote asset.

import { Curves } from "../../drawing/curves.js";
import { amount } from "../../drawing/numbers.js";
import { card, madeUp, nothing } from "../../drawing/panels.js";
import { money } from "../../words.js";

const NAMES = { value: ["As it is held", "held"], following: ["Following the decisions", "ours"], buy_and_hold: ["Bought once and held", "benchmark"] };

const number = (text) => (text === null ? null : Number(text));

function chart({ quote, points }) {
  const lines = Object.entries(NAMES)
    .map(([name, [said, kind]]) => ({ name: said, kind, values: points.map((each) => number(each[name])) }))
    .filter((each) => each.values.some(Number.isFinite));
  const format = (value) => (Number.isFinite(value) ? money(amount(value), quote) : "–");
  return new Curves({ name: `Worth in ${quote}`, times: points.map((each) => each.time), lines, format, axisFormat: amount }).node;
}

export function drawWorth({ histories }, chooser) {
  const drawn = histories.filter(({ points }) => points.length > 1);
  if (!drawn.length) return card("Worth over time", { tools: [chooser] }, nothing("No candle is stored in this period yet."));
  return drawn.map((each, at) =>
    card(`Worth over time in ${each.quote}`, { tools: at ? [] : [chooser], chip: each.simulated ? madeUp() : null }, chart(each)));
}

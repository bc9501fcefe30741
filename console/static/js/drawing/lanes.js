// One lane for each series: where its candles came from, where some are missing and why, what was revised.

import { timeTicks } from "./scales.js";
import { line, shape, tip, words } from "./svg.js";

const LANE = 34;
const BAR = 14;
const FOOT = 26;
const LETTER = 7;
const THINNEST = 3;

export const lanesHeight = (count) => count * LANE + FOOT + 6;

// Short stretches of a long history stay visible: nothing is drawn thinner than three pixels.
function stretch(plot, { start, end, kind, said }, y, height) {
  const [from, to] = [Math.max(start, plot.low), Math.min(end, plot.high)];
  if (to <= from) return [];
  const wide = Math.max(plot.x(to) - plot.x(from), THINNEST);
  const x = Math.min(plot.x(from), plot.right - wide);
  return [shape("rect", { class: kind, x: x.toFixed(1), y, width: wide.toFixed(1), height, rx: 1 }, tip(said))];
}

function lane(plot, each, at) {
  const y = at * LANE + (LANE - BAR) / 2;
  const revisions = each.revisions.filter(({ time }) => time >= plot.low && time <= plot.high)
    .map(({ time, said }) => shape("circle", { class: "revised", cx: plot.x(time).toFixed(1), cy: y - 4, r: 3 }, tip(said)));
  return [
    words(0, y + BAR - 3, each.name, each.isChosen ? "lane-name chosen" : "lane-name"),
    line(plot.left, y + BAR / 2, plot.right, y + BAR / 2, "lane"),
    ...each.covered.flatMap((part) => stretch(plot, part, y, BAR)),
    ...each.holes.flatMap((part) => stretch(plot, part, y - 3, BAR + 6)),
    ...revisions,
  ];
}

// `lanes`: [{ name, isChosen, covered, holes, revisions }]; stretches are { start, end, kind, said }, ms UTC.
export function lanes(all, [low, high], width) {
  const left = Math.min(Math.max(...all.map((each) => each.name.length)) * LETTER + 10, width * 0.42);
  const right = width - 8;
  const x = (time) => left + ((time - low) / (high - low || 1)) * (right - left);
  const plot = { low, high, left, right, x };
  const foot = all.length * LANE + 4;
  const marks = timeTicks([low, high], (right - left) / 92).flatMap(({ time, label }) => [
    line(x(time), 0, x(time), foot, "grid"),
    words(x(time), foot + 16, label, "label", x(time) > right - 18 ? "end" : "middle"),
  ]);
  return [...marks, ...all.flatMap((each, at) => lane(plot, each, at))];
}

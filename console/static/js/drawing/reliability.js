// Reliability: how often a rise followed each forecast. On the diagonal the forecast keeps its word.

import { element } from "../element.js";
import { share } from "../words.js";
import { Plot } from "./axes.js";
import { asTable, drawn, legend, tableOf } from "./figure.js";
import { count, counted } from "./numbers.js";
import { line, shape, tip, words } from "./svg.js";

const STANDING = {
  agrees: "agrees with the forecast",
  differs: "differs from the forecast",
  unknown: "too few to tell",
  better: "differs from the forecast",
  worse: "differs from the forecast",
};
const standing = (bin) => STANDING[bin.standing] ?? bin.standing;
const between = (ends) => (ends ? `${share(ends[0])} to ${share(ends[1])}` : "–");

// At least ten points wide, so that a single bin does not look like much.
const NARROWEST = 0.1;

function across(bins) {
  const said = bins.map((bin) => bin.forecast);
  const [low, high] = [Math.min(...said), Math.max(...said)];
  const spare = Math.max(0, NARROWEST - (high - low)) / 2;
  return [low - spare, high + spare];
}

const told = (bin) =>
  `Forecast ${share(bin.forecast)}: a rise followed in ${share(bin.happened)} of ${counted(bin.count, "decision")}, 95 % interval ${between(bin.interval)}, ${standing(bin)}`;

function point(plot, bin) {
  const x = plot.x(bin.forecast);
  const radius = 3.5 + Math.min(Math.sqrt(bin.count) / 4, 5);
  const [low, high] = bin.interval ?? [bin.happened, bin.happened];
  const above = words(x, plot.y(high) - 5, `n ${count(bin.count)}`, "label tiny", x > plot.right - 24 ? "end" : "middle");
  return shape("g", { class: `bin ${bin.standing}` }, tip(told(bin)),
    line(x, plot.y(low), x, plot.y(high), "whisker"), shape("circle", { cx: x, cy: plot.y(bin.happened), r: radius }), above);
}

function drawing(bins, width, height) {
  const values = bins.flatMap((bin) => [bin.forecast, bin.happened, ...(bin.interval ?? [])]);
  const format = (value) => share(value, 0);
  const plot = new Plot(width, height, { across: across(bins), upwards: values, format, inTime: false, margin: 0.1 });
  const [low, high] = [Math.max(plot.across[0], plot.upwards[0]), Math.min(plot.across[1], plot.upwards[1])];
  const diagonal = low < high ? [line(plot.x(low), plot.y(low), plot.x(high), plot.y(high), "diagonal")] : [];
  return [...plot.grid(), ...diagonal, ...bins.map((bin) => point(plot, bin))];
}

// `bins`: [{ from, to, count, forecast, happened, interval, standing }], shares from 0 to 1.
export function reliability(name, bins, height = 300) {
  const columns = [{ name: "Forecast from" }, { name: "to" }, ...["Decisions", "Mean forecast", "A rise followed", "95 % interval"].map((each) => ({ name: each, number: true })), { name: "Standing" }];
  const rows = bins.map((bin) => [share(bin.from, 0), share(bin.to, 0), count(bin.count), share(bin.forecast), share(bin.happened), between(bin.interval), standing(bin)]);
  return element("figure", { class: "figure" },
    legend(["diagonal-key", "forecast kept"], ["agrees", "agrees"], ["differs", "differs"], ["unknown", "too few to tell"]),
    drawn(`${name}. ${bins.map(told).join(". ")}`, height, (width) => drawing(bins, width, height)),
    element("p", { class: "axis-name" }, "Across: forecast probability of a rise. Upwards: share that rose, with its 95 % interval. n: number of decisions."),
    asTable(name, () => tableOf(columns, rows, name)));
}

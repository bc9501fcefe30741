// The drift monitors as they stand.

import { tableOf } from "../../drawing/figure.js";
import { counted, ratio } from "../../drawing/numbers.js";
import { card, chip, nothing } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment, percent, share } from "../../words.js";

const STATES = { ok: ["within bounds", "good"], alarm: ["alarm", "bad"], insufficient: ["too few candles", "warn"] };
const MEASURES = {
  brier_skill: "Brier skill", calibration_slope: "Calibration slope", gain_bias: "Bias of the expected gain", interval_coverage: "Interval coverage",
  missing_features: "Missing features", psi: "Drift of the features (PSI)",
};
const RANK = { alarm: 0, ok: 1, insufficient: 2 };
const FIGURES = { brier_skill: (value) => percent(value), gain_bias: (value) => percent(value, 3), interval_coverage: (value) => share(value), missing_features: (value) => share(value) };
const figure = (measure) => FIGURES[measure] ?? ((value) => ratio(value, 3));

function bounds({ low, high, measure }) {
  const shown = figure(measure);
  if (low === null && high === null) return "none yet";
  if (low === null) return `at most ${shown(high)}`;
  return high === null ? `at least ${shown(low)}` : `${shown(low)} to ${shown(high)}`;
}

function row(each) {
  const [said, kind] = STATES[each.state];
  const name = element("span", { class: "stacked" }, MEASURES[each.measure] ?? each.measure,
    element("small", {}, [each.role, each.feature, counted(each.candles, "candle")].filter(Boolean).join(" · ")));
  return [name, chip(said, kind), each.value === null ? "–" : figure(each.measure)(each.value), bounds(each)];
}

export function drawMonitors({ monitors, hasModel }) {
  if (!monitors.length) return hasModel ? card("Drift monitors", {}, nothing("No reading yet: they are read once a day of candles.")) : null;
  const ordered = [...monitors].sort((a, b) => RANK[a.state] - RANK[b.state]);
  const alarms = monitors.filter((each) => each.state === "alarm").length;
  const columns = [{ name: "Measure" }, { name: "State" }, { name: "Value", number: true }, { name: "Bounds" }];
  const read = Math.max(...monitors.map((each) => each.time));
  const lead = `Read on the candle of ${moment(read)} UTC. Bounds come from the walk-forward; an alarm begins a training before its time.`;
  return card("Drift monitors", { lead, chip: chip(alarms ? counted(alarms, "alarm") : "no alarm", alarms ? "bad" : "good") },
    element("div", { class: "scroll tall cards", tabindex: "0", role: "group", "aria-label": "Drift monitors", "data-keep": "monitors" }, tableOf(columns, ordered.map(row), "Drift monitors")));
}

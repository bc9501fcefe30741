// Curves over time. The legend tells the values at the pointer or at the place that the arrow keys have chosen;
// without either, the newest.

import { element } from "../element.js";
import { moment } from "../words.js";
import { Plot } from "./axes.js";
import { asTable, swatch, tableOf } from "./figure.js";
import { line, shape } from "./svg.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };

function path(plot, times, values) {
  const parts = [];
  let pen = "M";
  values.forEach((value, at) => {
    if (!Number.isFinite(value)) pen = "M";
    else {
      parts.push(`${pen}${plot.x(times[at]).toFixed(1)} ${plot.y(value).toFixed(1)}`);
      pen = "L";
    }
  });
  return parts.join("");
}

function filled(plot, times, { values, kind }, level) {
  const outline = path(plot, times, values);
  if (!outline) return [];
  const floor = plot.y(level).toFixed(1);
  const [first, last] = [times[0], times.at(-1)].map((time) => plot.x(time).toFixed(1));
  return [shape("path", { class: `${kind} filled`, d: `${outline}L${last} ${floor}L${first} ${floor}Z` })];
}

export class Curves {
  // `lines`: [{ name, kind, values }], one value for each of `times` (ms UTC), null where there is none.
  // `level` is where nothing is won or lost; `fill` names the kind whose distance from it is filled.
  constructor({ name, times, lines, format, axisFormat = format, level, fill, height = 250 }) {
    Object.assign(this, { name, times, lines, format, axisFormat, level, fill, height, at: times.length - 1 });
    this.svg = shape("svg", { "aria-hidden": "true", height, width: "100%" });
    this.stage = element("div", {
      class: "canvas movable", tabindex: "0", role: "slider", "aria-label": `${name}: arrow keys move through time`, "data-keep": name,
      "aria-valuemin": 0, "aria-valuemax": Math.max(times.length - 1, 0),
    }, this.svg);
    this.key = element("ul", { class: "key" });
    this.when = element("time", {});
    this.node = element("figure", { class: "figure" },
      element("div", { class: "key-line" }, this.key, this.when), this.stage, asTable(name, () => this.table()));
    this.listen();
    this.tell(this.at);
  }

  listen() {
    new ResizeObserver(([{ contentRect }]) => this.resize(Math.floor(contentRect.width))).observe(this.stage);
    this.stage.addEventListener("pointermove", (event) => this.point(this.nearest(event)));
    this.stage.addEventListener("pointerleave", () => this.point(null));
    this.stage.addEventListener("blur", () => this.point(null));
    this.stage.addEventListener("keydown", (event) => {
      if (!(event.key in STEPS)) return;
      event.preventDefault();
      const last = this.times.length - 1;
      this.point(Math.min(Math.max((this.at ?? last) + STEPS[event.key], 0), last));
    });
  }

  resize(width) {
    if (width === this.width || width < 60) return;
    this.width = width;
    const upwards = this.lines.flatMap((each) => each.values).concat(this.level === undefined ? [] : [this.level]);
    const across = [this.times[0], this.times.at(-1)];
    this.plot = new Plot(width, this.height, { across, upwards, format: this.axisFormat });
    const areas = this.lines.filter((each) => each.kind === this.fill).flatMap((each) => filled(this.plot, this.times, each, this.level));
    const strokes = this.lines.map((each) => shape("path", { class: `${each.kind} stroke`, d: path(this.plot, this.times, each.values) }));
    this.cross = shape("g", { class: "cross" });
    const zero = this.level === undefined ? [] : [line(this.plot.left, this.plot.y(this.level), this.plot.right, this.plot.y(this.level), "level")];
    this.svg.replaceChildren(...this.plot.grid(), ...zero, ...areas, ...strokes, this.cross);
  }

  nearest(event) {
    if (!this.plot) return null;
    const x = event.clientX - this.stage.getBoundingClientRect().left;
    const places = this.times.map((time) => Math.abs(this.plot.x(time) - x));
    return places.indexOf(Math.min(...places));
  }

  point(at) {
    this.tell(at ?? this.times.length - 1);
    this.cross?.replaceChildren(...(at === null ? [] : this.crossAt(at)));
  }

  crossAt(at) {
    const x = this.plot.x(this.times[at]);
    const dots = this.lines.filter((each) => Number.isFinite(each.values[at]))
      .map((each) => shape("circle", { class: `${each.kind} dot`, cx: x, cy: this.plot.y(each.values[at]), r: 4 }));
    return [line(x, this.plot.top, x, this.plot.bottom, "hair"), ...dots];
  }

  tell(at) {
    this.at = at;
    if (at < 0) return;
    const said = this.lines.map((each) => [each, this.format(each.values[at])]);
    this.key.replaceChildren(...said.map(([each, value]) =>
      element("li", {}, swatch(each.kind), each.name, element("b", {}, value))));
    this.when.textContent = `${moment(this.times[at])} UTC`;
    this.stage.setAttribute("aria-valuenow", at);
    this.stage.setAttribute("aria-valuetext", `${moment(this.times[at])} UTC, ${said.map(([each, value]) => `${each.name} ${value}`).join(", ")}`);
  }

  table() {
    const columns = [{ name: "Time (UTC)" }, ...this.lines.map((each) => ({ name: each.name, number: true }))];
    const rows = this.times.map((time, at) => [moment(time), ...this.lines.map((each) => this.format(each.values[at]))]);
    return tableOf(columns, rows, this.name);
  }
}

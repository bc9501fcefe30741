// Grid and labels of a drawing with a value upwards and a time or a value to the right.

import { extent, linear, ticks, timeTicks } from "./scales.js";
import { line, words } from "./svg.js";

const TOP = 12;
const BOTTOM = 26;
const LETTER = 6.7;

const decimalsOf = (value) => (String(value).split(".")[1] ?? "").length;

// `format(value, digits)` may take the digits that tell two lines of the grid apart.
export class Plot {
  constructor(width, height, { across, upwards, format, inTime = true, acrossFormat = format, margin }) {
    const values = ticks(extent(upwards, margin), (height - BOTTOM - TOP) / 34);
    const digits = Math.max(...values.map(decimalsOf));
    const levels = values.map((value) => ({ value, label: format(value, digits) }));
    const left = Math.max(...levels.map(({ label }) => label.length)) * LETTER + 10;
    Object.assign(this, { width, height, left, right: width - 10, top: TOP, bottom: height - BOTTOM, levels, acrossFormat, inTime });
    this.across = inTime ? across : extent(across, margin);
    this.upwards = extent(upwards, margin);
    this.x = linear(this.across, [left, this.right]);
    this.y = linear(this.upwards, [this.bottom, TOP]);
  }

  grid() {
    const { left, right, top, bottom } = this;
    const levels = this.levels.flatMap(({ value, label }) => [
      line(left, this.y(value), right, this.y(value), "grid"),
      words(left - 8, this.y(value) + 4, label, "label", "end"),
    ]);
    const marks = this.marks().flatMap(({ at, label }) => {
      const anchor = at > right - 18 ? "end" : at < left + 14 ? "start" : "middle";
      return [line(at, top, at, bottom, "grid"), words(at, bottom + 18, label, "label", anchor)];
    });
    return [...levels, ...marks];
  }

  marks() {
    const about = (this.right - this.left) / 92;
    if (this.inTime) return timeTicks(this.across, about).map(({ time, label }) => ({ at: this.x(time), label }));
    return ticks(this.across, about).map((value) => ({ at: this.x(value), label: this.acrossFormat(value) }));
  }
}

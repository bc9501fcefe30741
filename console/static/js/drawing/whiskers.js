// Shares or figures in rows on one scale: a dot with its interval, and ticks for what it is held against.

import { element } from "../element.js";
import { extent } from "./scales.js";
import { percentOf, shape, tip, words } from "./svg.js";

const MIDDLE = 11;

function bar([low, high], place, kind) {
  const [from, to] = [place(low), place(high)].map((part) => Math.min(Math.max(part, 0), 1));
  return shape("rect", { class: kind, x: percentOf(from), width: percentOf(to - from), y: MIDDLE - 4, height: 8, rx: 4 });
}

function tickAt(part, kind, said) {
  const x = percentOf(part);
  return shape("line", { class: kind, x1: x, x2: x, y1: 1, y2: 21 }, ...(said ? [tip(said)] : []));
}

function foot([low, high], marks, place, format) {
  const labels = marks.map((mark) => {
    const anchor = mark === low ? "start" : mark === high ? "end" : "middle";
    return words(percentOf(place(mark)), 11, format(mark), "label tiny", anchor);
  });
  return element("p", { class: "row-scale", "aria-hidden": "true" }, element("span"), shape("svg", { width: "100%", height: 14 }, ...labels));
}

// A middle that lies near an end is labelled there alone.
function marksOf([low, high], middle) {
  const isApart = middle !== undefined && Math.min(middle - low, high - middle) > (high - low) * 0.15;
  return isApart ? [low, middle, high] : [low, high];
}

// `rows`: [{ name, value, interval, against: [{ value, said }], kind, shown, note }], shares from 0 to 1; `middle` is
// marked in all.
export function whiskers(rows, { format, middle, scale }) {
  const values = rows.flatMap((each) => [each.value, ...(each.interval ?? []), ...(each.against ?? []).map(({ value }) => value)]);
  const wide = extent([...values, ...(middle === undefined ? [] : [middle])], 0.08);
  const [low, high] = scale ?? [Math.max(0, wide[0]), Math.min(1, wide[1])];
  const place = (value) => (value - low) / (high - low);
  const items = rows.map((each) => {
    const parts = [shape("rect", { class: "track", x: 0, width: "100%", y: MIDDLE - 0.5, height: 1 })];
    if (middle !== undefined) parts.push(tickAt(place(middle), "middle"));
    if (each.interval?.every(Number.isFinite)) parts.push(bar(each.interval, place, `interval ${each.kind ?? ""}`));
    for (const other of (each.against ?? []).filter(({ value }) => Number.isFinite(value))) parts.push(tickAt(place(other.value), "against", other.said));
    if (Number.isFinite(each.value)) parts.push(shape("circle", { class: `point ${each.kind ?? ""}`, cx: percentOf(place(each.value)), cy: MIDDLE, r: 5.5 }));
    const svg = shape("svg", { width: "100%", height: 22, "aria-hidden": "true" }, ...parts);
    return element("li", {}, element("span", { class: "row-name" }, each.name), element("span", { class: "row-line" }, svg),
      element("b", {}, each.shown ?? format(each.value)), element("span", { class: "row-note" }, ...[each.note ?? ""].flat()));
  });
  return element("div", { class: "whiskers" }, element("ul", {}, ...items), foot([low, high], marksOf([low, high], middle), place, format));
}

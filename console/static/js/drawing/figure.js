// A drawing that fills its place at any width, with its legend above and its numbers as a table below.

import { element } from "../element.js";
import { shape } from "./svg.js";

export function swatch(kind) {
  return shape("svg", { class: "swatch", viewBox: "0 0 14 10", "aria-hidden": "true" }, shape("rect", { class: kind, y: 2, width: 14, height: 6, rx: 2 }));
}

export const legend = (...entries) =>
  element("ul", { class: "key" }, ...entries.map(([kind, name]) => element("li", {}, swatch(kind), name)));

export function tableOf(columns, rows, caption) {
  const heads = columns.map(({ name, number }) => element("th", number ? { class: "number", scope: "col" } : { scope: "col" }, name));
  const cells = (row) => row.map((cell, at) => {
    const { name, number } = columns[at];
    return element("td", { "data-name": name, ...(number ? { class: "number" } : {}) }, ...[cell].flat());
  });
  return element("table", {},
    element("caption", { class: "unseen" }, caption),
    element("thead", {}, element("tr", {}, ...heads)),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells(row)))));
}

// Built when it is opened: a curve may have two thousand rows.
export function asTable(name, build) {
  const details = element("details", { class: "as-table", "data-keep": name }, element("summary", {}, `${name} as a table`));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) {
      details.append(element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": name }, build()));
    }
  });
  return details;
}

export function drawn(label, height, draw) {
  const svg = shape("svg", { role: "img", "aria-label": label, height, width: "100%" });
  const canvas = element("div", { class: "canvas" }, svg);
  let known = 0;
  new ResizeObserver(([{ contentRect }]) => {
    const width = Math.floor(contentRect.width);
    if (width === known || width < 40) return;
    known = width;
    svg.replaceChildren(...draw(width, height));
  }).observe(canvas);
  return canvas;
}

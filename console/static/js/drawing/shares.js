// Parts of a whole as one bar, with their numbers in words beside it.

import { element } from "../element.js";
import { share } from "../words.js";
import { swatch } from "./figure.js";
import { count } from "./numbers.js";
import { percentOf, shape, tip } from "./svg.js";

// `parts`: [{ name, kind, value }].
export function shares(name, parts, { key = true } = {}) {
  const total = parts.reduce((sum, each) => sum + each.value, 0);
  if (!total) return element("p", { class: "muted" }, "nothing yet");
  const seen = parts.filter((each) => each.value > 0);
  let from = 0;
  const pieces = seen.map((each) => {
    const piece = shape("rect", { class: each.kind, x: percentOf(from / total), width: percentOf(each.value / total), height: 12 },
      tip(`${each.name}: ${count(each.value)}, ${share(each.value / total)}`));
    from += each.value;
    return piece;
  });
  const said = seen.map((each) => `${each.name} ${count(each.value)} (${share(each.value / total)})`).join(", ");
  const bar = shape("svg", { class: "shares", width: "100%", height: 12, role: "img", "aria-label": `${name}: ${said}` }, ...pieces);
  const entries = seen.map((each) => element("li", {}, swatch(each.kind), each.name, element("b", {}, count(each.value)), element("span", { class: "muted" }, share(each.value / total))));
  return element("div", { class: "shares-of" }, bar, ...(key ? [element("ul", { class: "key" }, ...entries)] : []));
}

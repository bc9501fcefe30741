// What each feature added to the score, as bars to both sides of nothing.

import { shape } from "../../drawing/svg.js";
import { element } from "../../element.js";

const SHOWN = 10;
const WIDE = 200;

const signed = (number) => `${number > 0 ? "+" : number < 0 ? "−" : ""}${Math.abs(number).toFixed(3)}`;

function bar(value, most) {
  const half = WIDE / 2;
  const long = most ? (Math.abs(value) / most) * (half - 2) : 0;
  return shape("svg", { viewBox: `0 0 ${WIDE} 14`, preserveAspectRatio: "none", "aria-hidden": "true" },
    shape("rect", { class: "rail", x: 0, y: 6.5, width: WIDE, height: 1 }),
    shape("rect", { class: value >= 0 ? "rising" : "falling", x: value >= 0 ? half : half - long, y: 2, width: Math.max(long, 0.8), height: 10, rx: 1 }),
    shape("rect", { class: "nothing-line", x: half - 0.5, y: 0, width: 1, height: 14 }));
}

const row = (name, value, contribution, most) => element("li", {},
  element("span", { class: "feature" }, name, ...(Number.isFinite(value) ? [element("small", {}, ` ${Number(value.toPrecision(4))}`)] : [])),
  bar(contribution, most), element("b", {}, signed(contribution)));

export function contributions({ explanation: { contributions: all, base, score } }) {
  if (!all.length) return element("p", { class: "muted" }, "Without a score there is nothing to take apart.");
  const shown = all.slice(0, SHOWN);
  const rest = all.slice(SHOWN).reduce((sum, each) => sum + each.contribution, 0);
  const most = Math.max(...shown.map((each) => Math.abs(each.contribution)), Math.abs(rest));
  const others = all.length > SHOWN ? [row(`${all.length - SHOWN} others`, null, rest, most)] : [];
  return element("div", {},
    element("p", { class: "sides", "aria-hidden": "true" }, element("span", {}, "towards a fall"), element("span", {}, "towards a rise")),
    element("ul", { class: "contributions" }, ...shown.map((each) => row(each.feature, each.value, each.contribution, most)), ...others),
    element("p", { class: "muted sum" }, `In log-odds: base ${signed(base)} and these add up to ${signed(score)}.`));
}

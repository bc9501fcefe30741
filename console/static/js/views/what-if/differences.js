// What the change would have missed, avoided, found and incurred, and what it does not tell.

import { count, counted, mood } from "../../drawing/numbers.js";
import { card, nothing, tile, tiles } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { percent } from "../../words.js";

const SUMS = [
  ["Missed", "missed", "winning BUYs no longer taken"],
  ["Avoided", "avoided", "losing BUYs no longer taken"],
  ["Found", "found", "winning BUYs newly taken"],
  ["Incurred", "incurred", "losing BUYs newly taken"],
];

function sum(title, { count: number, net }, meaning) {
  return tile(title, [count(number), element("small", { class: mood(net) }, number ? `${percent(net)} net` : "")], meaning);
}

function changes(all) {
  const entries = Object.entries(all);
  if (!entries.length) return nothing("Every decision stays as it was recorded.");
  return element("ul", { class: "changes" }, ...entries.map(([name, number]) => element("li", {}, element("b", {}, count(number)), ` ${name}`)));
}

export function drawDifferences({ answer, isChanged }) {
  if (answer.refused) return null;
  const limits = element("ul", { class: "why" }, ...answer.not_reevaluated.map((each) => element("li", {}, each)));
  const shown = isChanged
    ? [tiles("What would have been different", ...SUMS.map(([title, field, meaning]) => sum(title, answer[field], meaning))),
      card("Decisions that change", {}, changes(answer.changes), ...(answer.unjudged ? [element("p", { class: "remark" }, `${counted(answer.unjudged, "changed BUY")} have no known outcome yet.`)] : []))]
    : [];
  return [...shown, card("What this does not tell", {}, limits)];
}

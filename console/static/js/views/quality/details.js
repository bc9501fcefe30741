// The holes and the revisions of the chosen series, one by one.

import { swatch, tableOf } from "../../drawing/figure.js";
import { count, counted } from "../../drawing/numbers.js";
import { card, nothing } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment, price } from "../../words.js";
import { HOLES, holeKind } from "./words.js";

const SHOWN = 100;

const scroll = (name, table) => element("div", { class: "scroll cards", tabindex: "0", role: "group", "aria-label": name, "data-keep": name }, table);

function holeRow(hole) {
  const [name, meaning] = HOLES[hole.reason] ?? [hole.reason, ""];
  return [moment(hole.start), moment(hole.end), count(hole.bars), element("span", { class: "marked" }, swatch(holeKind(hole.reason)), name),
    element("span", { class: "long" }, hole.evidence || meaning)];
}

export function drawHoles({ symbol, interval, coverage }) {
  const newest = [...coverage.holes].sort((a, b) => b.start - a.start);
  const heading = `Holes of ${symbol} ${interval}`;
  if (!newest.length) return card(heading, {}, nothing("No candle is missing."));
  const columns = [{ name: "From (UTC)" }, { name: "To (UTC)" }, { name: "Candles", number: true }, { name: "Reason" }, { name: "How that is known" }];
  const lead = `${counted(coverage.missing_bars, "candle")} missing in ${counted(newest.length, "hole")}${newest.length > SHOWN ? `; the newest ${SHOWN}` : ""}. Nothing is made up to fill them.`;
  return card(heading, { lead }, scroll(heading, tableOf(columns, newest.slice(0, SHOWN).map(holeRow), heading)));
}

function changes({ old, new: now }) {
  if (!now) return element("span", { class: "bad" }, "withdrawn: the exchange took the candle back");
  const changed = Object.keys(now).filter((field) => now[field] !== old[field]);
  return element("ul", { class: "changes" }, ...changed.map((field) =>
    element("li", {}, `${field.replaceAll("_", " ")} `, element("s", {}, price(old[field] ?? "–")), " → ", element("b", {}, price(now[field])))));
}

export function drawRevisions({ symbol, interval, revised }) {
  const newest = [...revised.revisions].reverse();
  const heading = `Revisions of ${symbol} ${interval}`;
  if (!newest.length) return card(heading, {}, nothing("The exchange has changed no confirmed candle."));
  const columns = [{ name: "Candle (UTC)" }, { name: "What changed" }, { name: "Found (UTC)" }];
  const rows = newest.slice(0, SHOWN).map((each) => [moment(each.open_time), changes(each), element("span", { class: "stacked" }, moment(each.detected_at), element("small", {}, `by ${each.source}`))]);
  const lead = `${counted(revised.total, "confirmed candle")} changed afterwards${revised.total > SHOWN ? `; the newest ${Math.min(SHOWN, newest.length)}` : ""}. Decisions made on them keep what they were made from.`;
  return card(heading, { lead }, scroll(heading, tableOf(columns, rows, heading)));
}

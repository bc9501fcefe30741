// Every series in a row: freshness, size, what is missing, and which source its candles came from.

import { tableOf } from "../../drawing/figure.js";
import { count } from "../../drawing/numbers.js";
import { card, chip, placeOf } from "../../drawing/panels.js";
import { shares } from "../../drawing/shares.js";
import { element } from "../../element.js";
import { moment } from "../../words.js";
import { freshness, provenance, sourceKind, SOURCES } from "./words.js";

const COLUMNS = [
  { name: "Series" }, { name: "Newest candle" }, { name: "Candles", number: true }, { name: "First (UTC)" }, { name: "Missing", number: true },
  { name: "Holes", number: true }, { name: "Revised", number: true }, { name: "Read from" },
];

function sources(each) {
  const { bars, unconfirmed } = provenance(each);
  const parts = Object.entries(bars).map(([source, value]) => ({ name: SOURCES[source] ?? source, kind: sourceKind(source), value }));
  return shares(`Sources of ${each.symbol} ${each.interval}`, [...parts, { name: "not confirmed yet", kind: "source unconfirmed", value: unconfirmed }]);
}

function row(each) {
  const { said, kind } = freshness(each);
  const name = element("span", { class: "stacked" },
    element("b", {}, `${each.symbol} ${each.interval}`), element("small", {}, placeOf(each)));
  return [name, chip(said, kind), count(each.rows), each.first_open === null ? "–" : moment(each.first_open), count(each.missing_bars), count(each.holes), count(each.revisions), sources(each)];
}

export function drawSeries({ all }) {
  return card("Series", { kind: "table-card" }, element("div", { class: "scroll cards", tabindex: "0", role: "group", "aria-label": "Series", "data-keep": "series" },
    tableOf(COLUMNS, all.map(row), "Freshness and completeness of every series")));
}

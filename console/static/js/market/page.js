// The parts of the market view before they are filled.

import { element } from "../element.js";

const tile = (id, name) => element("article", { class: "tile", id: `tile-${id}` },
  element("h2", {}, name), element("p", { class: "big" }, "–"), element("p", { class: "note" }, "\u00a0"));

const COLUMNS = [["Candle"], ["Decision"], ["Reason"], ["Price", "number"], ["Expected gain", "number"], ["Cost", "number"], ["Outcome"], ["Origin"]];

function tiles() {
  return element("section", { class: "tiles", "aria-label": "At a glance" },
    tile("price", "Last close"), tile("decision", "Last decision"), tile("gain", "Expected gain against cost"),
    tile("position", "Position of a follower"), tile("right", "Right so far"));
}

function chart(series) {
  return element("section", { class: "card chart-card", "aria-labelledby": "chart-title" },
    element("div", { class: "card-head" },
      element("h2", { id: "chart-title" }, `${series.base}/${series.quote} · ${series.interval}`),
      element("p", { id: "readout", class: "readout" })),
    element("div", { id: "chart", role: "img", "aria-label": "Candles with volume, and a mark on every candle with a BUY or SELL decision" }));
}

function table() {
  const head = COLUMNS.map(([name, kind]) => element("th", kind ? { class: kind, scope: "col" } : { scope: "col" }, name));
  return element("section", { class: "card table-card", id: "decisions", "aria-labelledby": "decisions-title" },
    element("div", { class: "card-head" },
      element("h2", { id: "decisions-title" }, "Decisions"),
      element("fieldset", { class: "segments small", id: "origins" }, element("legend", {}, "Origin"))),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "decisions-title" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", { id: "rows" })),
      element("p", { id: "no-rows", class: "empty", hidden: "" })));
}

export const page = (series) => [tiles(), chart(series), table()];

// The parts of the market view before they are filled.

import { shape } from "../../drawing/svg.js";
import { element, find } from "../../element.js";
import { moment } from "../../words.js";

const tile = (id, name) => element("article", { class: "tile", id: `tile-${id}` },
  element("h2", {}, name), element("p", { class: "big" }, "–"), element("p", { class: "note" }, "\u00a0"));

const tiles = () => element("section", { class: "tiles", "aria-label": "At a glance" },
  tile("price", "Price"), tile("decision", "Last decision"), tile("gain", "Expected gain against cost"),
  tile("position", "Position of a follower"), tile("right", "Right so far"));

const MARKS = [
  ["buy", "M6 1 11 11H1z", "BUY"],
  ["sell", "M6 11 11 1H1z", "SELL"],
  ["suppressed", "M6 1 11 11H1z", "suppressed, not acted on"],
  ["hold faint", "M6 3 10 10H2z", "small: from the back-test"],
];

function legend() {
  const marks = MARKS.map(([kind, path, name]) =>
    element("li", {}, shape("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, shape("path", { class: kind, d: path })), name));
  return element("ul", { class: "legend", "aria-label": "Marks" }, ...marks,
    element("li", { class: "hint" }, "Click a candle, or use ← → and Enter, for its decision"));
}

function chart({ base, quote, interval }) {
  return element("section", { class: "card chart-card", "aria-labelledby": "chart-title" },
    element("div", { class: "card-head" },
      element("h2", { id: "chart-title" }, `${base}/${quote} · ${interval}`),
      element("p", { id: "readout", class: "readout" })),
    element("p", { id: "past", class: "remark notice", role: "status", hidden: "" }),
    element("div", {
      id: "chart", tabindex: "0", role: "group", "aria-describedby": "chart-said",
      "aria-label": "Candles with volume, marks of the decisions, and the expected gain. Arrow keys move through the candles, Enter opens the decision.",
    }),
    element("p", { id: "chart-said", class: "unseen", "aria-live": "polite" }),
    legend());
}

// Before the first live decision: whose marks these are, and when the first comes. `candle` is the newest that closed.
export function sayPast(backtested, candle, { interval }) {
  const notice = find("past");
  notice.hidden = !backtested || !candle;
  if (notice.hidden || notice.dataset.candle === String(candle.open_time)) return;
  notice.dataset.candle = candle.open_time;
  const next = 2 * (candle.close_time + 1) - candle.open_time;
  notice.replaceChildren(element("b", {}, "Back-test only. "), element("span", {},
    `Marks, expected gains and rows of ${interval} come from the back-test: decided afterwards, on candles its models had not seen. The first live decision comes with the candle that closes at ${moment(next)} UTC, at the earliest.`));
}

const columns = (quote) => [["Candle (UTC)", "when"], ["Decision", ""], ["Reason", "reason"], [`Price (${quote})`, "number price"], ["Expected gain", "number"], ["Cost", "number cost"], ["Outcome", ""], ["Origin", "from"]];

function table({ quote }) {
  const head = columns(quote).map(([name, kind]) => element("th", { class: kind, scope: "col" }, name));
  return element("section", { class: "card table-card", id: "decisions", "aria-labelledby": "decisions-title" },
    element("div", { class: "card-head" },
      element("h2", { id: "decisions-title" }, "Decisions"),
      element("form", { class: "filters", id: "filters", "aria-label": "Filter the decisions" })),
    element("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "decisions-title" },
      element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", { id: "rows" })),
      element("p", { id: "no-rows", class: "empty", hidden: "" }),
      element("p", { class: "more" }, element("button", { id: "more", class: "button small", type: "button", hidden: "" }, "Show more"))));
}

export function frame(series, watchList) {
  return [watchList, element("div", { class: "watched-market" }, tiles(), chart(series), table(series))];
}

// The state of all series at a glance.

import { count, counted } from "../../drawing/numbers.js";
import { tile, tiles, unit } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { share } from "../../words.js";
import { freshness } from "./words.js";

const sum = (all, field) => all.reduce((total, each) => total + each[field], 0);

export function drawSummary({ all, more }) {
  const fresh = all.filter((each) => freshness(each).state === "fresh").length;
  const [rows, missing, holes, revisions] = ["rows", "missing_bars", "holes", "revisions"].map((field) => sum(all, field));
  const unknown = all.flatMap((each) => each.coverage.holes).filter((each) => each.reason === "unknown").length;
  return [
    tiles("All series at a glance",
      tile("Series that are fresh", [count(fresh), unit(`of ${all.length}`)], "by the market clock, two minutes of grace", fresh === all.length ? "good" : "bad"),
      tile("Candles stored", count(rows), counted(all.length, "series", "series")),
      tile("Candles missing", count(missing), missing ? `${share(missing / (rows + missing), 3)} of what could be there` : "nothing is missing", unknown ? "bad" : ""),
      tile("Holes", count(holes), unknown ? `${count(unknown)} without a known reason` : holes ? "each with a known reason" : "none"),
      tile("Candles revised", count(revisions), revisions ? "changed or withdrawn by the exchange" : "the exchange changed none")),
    ...(more > 0 ? [element("p", { class: "remark" }, `${count(more)} more series are stored; choose one above to see it here.`)] : []),
  ];
}

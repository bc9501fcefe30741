// Where candles came from and where they are missing, one lane for each series.

import { drawn, legend } from "../../drawing/figure.js";
import { lanes, lanesHeight } from "../../drawing/lanes.js";
import { counted } from "../../drawing/numbers.js";
import { card } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment } from "../../words.js";
import { HOLES, holeKind, sourceKind, SOURCES } from "./words.js";

const from = (each) => `${moment(each.start)} to ${moment(each.end)} UTC`;

function lane(each, several) {
  return {
    name: `${several ? `${each.exchange} ` : ""}${each.symbol} ${each.interval}`,
    isChosen: each.isChosen,
    covered: each.coverage.ranges.map((part) => ({ ...part, kind: sourceKind(part.source), said: `${SOURCES[part.source] ?? part.source}: ${from(part)}` })),
    holes: each.coverage.holes.map((part) => ({
      ...part, kind: holeKind(part.reason), said: `${HOLES[part.reason]?.[0] ?? part.reason}: ${counted(part.bars, "candle")} missing, ${from(part)}`,
    })),
    revisions: each.revised.revisions.map((part) => ({ time: part.open_time, said: `${part.new ? "changed" : "withdrawn"}: ${moment(part.open_time)} UTC` })),
  };
}

function told(all) {
  return all.map((each) => `${each.symbol} ${each.interval}: ${counted(each.coverage.holes.length, "hole")}, ${counted(each.missing_bars, "candle")} missing, ${counted(each.revised.total, "revision")}`).join(". ");
}

export function drawTimeline({ all, length }, chooser) {
  const stored = all.filter((each) => each.first_open !== null);
  const end = Math.max(...stored.map((each) => each.last_open));
  const start = length === null ? Math.min(...stored.map((each) => each.first_open)) : end - length;
  const several = new Set(all.map((each) => each.exchange)).size > 1;
  const rows = stored.map((each) => lane(each, several));
  const sources = new Set(stored.flatMap((each) => each.coverage.ranges.map((part) => part.source)));
  const reasons = new Set(stored.flatMap((each) => each.coverage.holes.map((part) => part.reason)));
  return card("Where candles came from, and where they are missing", { tools: [chooser], lead: "Holes are drawn wider than they are where they would not be seen. All times UTC." },
    element("figure", { class: "figure" },
      legend(...[...sources].map((each) => [sourceKind(each), `read from ${SOURCES[each] ?? each}`]), ...[...reasons].map((each) => [holeKind(each), HOLES[each]?.[0] ?? each]), ["revised-key", "revised"]),
      drawn(`Coverage of ${counted(stored.length, "series", "series")}, ${moment(start)} to ${moment(end)} UTC. ${told(stored)}`, lanesHeight(rows.length), (width) => lanes(rows, [start, end], width))));
}

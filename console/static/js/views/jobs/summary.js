// How many jobs are in which state.

import { count, counted } from "../../drawing/numbers.js";
import { tile, tiles } from "../../drawing/panels.js";
import { moment } from "../../words.js";

export function drawSummary({ jobs }) {
  const states = Map.groupBy(jobs, (each) => each.state);
  const number = (...names) => names.reduce((sum, name) => sum + (states.get(name)?.length ?? 0), 0);
  const newest = jobs[0];
  return tiles("Jobs at a glance",
    tile("At work", count(number("running")), `${counted(number("queued"), "job")} queued`),
    tile("Done", count(number("done")), `${count(number("skipped"))} skipped: nothing was to be done`),
    tile("Failed", count(number("failed")), number("failed") ? "the message says why" : "none of the newest hundred", number("failed") ? "bad" : ""),
    tile("Newest", newest ? newest.series.split("/").slice(1).join(" ") : "–", newest ? `${newest.kind} since ${moment(newest.started_at)} UTC` : "no job has run yet"));
}

// What the reasons, sources and states of the record mean.

import { age } from "../../words.js";

const LATE_MS = 120_000;

export const HOLES = {
  outage: ["Outage", "asked twice, empty both times: the exchange has no candle there"],
  before_listing: ["Before listing", "the market did not exist yet"],
  after_delisting: ["After delisting", "the market did not exist any more"],
  unknown: ["Unknown", "nobody could find out why"],
};

export const SOURCES = { archive: "archive", rest: "REST", stream: "stream", file: "file" };

export const holeKind = (reason) => `hole ${Object.hasOwn(HOLES, reason) ? reason : "unknown"}`;
export const sourceKind = (source) => `source ${Object.hasOwn(SOURCES, source) ? source : "file"}`;

// A candle that closed no longer ago than one more takes, with two minutes to spare, is the newest there can be.
export function freshness({ age: since, step }) {
  if (since === null || step === null) return { state: "empty", said: "no candle yet", kind: "warn" };
  if (since > step + LATE_MS) return { state: "stale", said: `stale · ${age(since)}`, kind: "bad" };
  return { state: "fresh", said: `fresh · ${age(since)}`, kind: "good" };
}

// Bars by the source that confirmed them; what no source has confirmed yet is the rest of the rows.
export function provenance({ coverage, rows, step }) {
  const bars = {};
  if (step) {
    for (const { start, end, source } of coverage.ranges) bars[source] = (bars[source] ?? 0) + Math.round((end - start) / step);
  }
  const confirmed = Object.values(bars).reduce((sum, each) => sum + each, 0);
  return { bars, unconfirmed: Math.max(0, rows + coverage.missing_bars - confirmed) };
}

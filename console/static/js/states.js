// Whether what is shown can be trusted: connecting, live, stale, away.

import { find } from "./element.js";
import { age } from "./words.js";

const LATE_MS = 120_000;

export function showFreshness(ageMs, intervalMs) {
  const stale = ageMs === null || ageMs > intervalMs + LATE_MS;
  document.body.dataset.state = stale ? "stale" : "live";
  const since = ageMs === null ? "no candle yet" : `last candle closed ${age(ageMs)} ago`;
  find("freshness").querySelector("span").textContent = stale ? `Stale · ${since}` : `Live · ${since}`;
}

export function showSimulated(simulated) {
  find("simulated").hidden = !simulated;
}

export function showProblem(error) {
  const banner = find("problem");
  banner.hidden = !error;
  if (!error) return;
  banner.querySelector("b").textContent = error.title ?? "This page has failed";
  banner.querySelector("span").textContent = `${error.message} What is shown may be old; trying again.`;
}

export function showAway() {
  document.body.dataset.state = "away";
  find("freshness").querySelector("span").textContent = "Not connected";
}

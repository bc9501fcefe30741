// Whether what is shown can be trusted: loading, live, stale, away.

import { element, find } from "./element.js";
import { age, clock } from "./words.js";

const LATE_MS = 120_000;

export class States {
  constructor() {
    this.isWell = false;
    this.wellAt = null;
  }

  set(state, text) {
    document.body.dataset.state = state;
    const said = find("freshness").querySelector("span");
    if (text && said.textContent !== text) said.textContent = text;
  }

  loading() {
    this.set("loading");
    find("view").setAttribute("aria-busy", "true");
  }

  freshness(ageMs, intervalMs) {
    const isStale = ageMs === null || ageMs > intervalMs + LATE_MS;
    const since = ageMs === null ? "no candle yet" : `last candle closed ${age(ageMs)} ago`;
    this.set(isStale ? "stale" : "live", `${isStale ? "Stale" : "Live"} · ${since}`);
  }

  well() {
    this.isWell = true;
    this.wellAt = Date.now();
    find("view").removeAttribute("aria-busy");
    if (document.body.dataset.state === "loading") this.set("live", "Live");
    find("problem").hidden = true;
  }

  // What is shown stays, marked with its age.
  failed(error) {
    this.isWell = false;
    this.set("away", "Not connected");
    find("view").removeAttribute("aria-busy");
    const banner = find("problem");
    const shown = this.wellAt
      ? `What is shown is from ${clock(this.wellAt)} UTC, ${age(Date.now() - this.wellAt)} old; trying again.` : "Trying again.";
    banner.querySelector("b").textContent = error.title ?? "This page has failed";
    banner.querySelector("span").textContent = `${error.message} ${shown}`;
    banner.hidden = false;
    if (!error.title) console.error(error);
  }

  simulated(isSimulated) {
    find("simulated").hidden = !isSimulated;
  }

  nothingStored(holder) {
    holder.replaceChildren(element("div", { class: "card empty" },
      element("h2", {}, "Nothing is stored yet"),
      element("p", {}, "The first candles appear here as soon as populate has stored them.")));
  }
}

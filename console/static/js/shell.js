// The shell: follows the address, shows one view, keeps it fresh, and says when it cannot.

import { contextOf } from "./context.js";
import { element, find } from "./element.js";
import { drawHeading } from "./heading.js";
import { Live } from "./live.js";
import { allSeries, freshness, named } from "./market.js";
import { format, nearest, parse } from "./router.js";
import { States } from "./states.js";
import { isSame, watched } from "./watched.js";

const EVERY_MS = 15_000;
const UNPUSHED_MS = 4_000;
const CATALOGUE_MS = 30_000;

export class Shell {
  constructor() {
    this.states = new States();
    this.live = new Live();
    this.stored = [];
    this.storedAt = 0;
    this.marketTime = null;
    this.visit = new AbortController();
    // Views ask for what is new only: after news that nobody told, this one is shown anew.
    this.live.on("reset", () => { Object.assign(this, { asked: null, storedAt: 0 }); this.follow(); });
    window.addEventListener("hashchange", () => this.follow());
    document.addEventListener("visibilitychange", () => document.hidden || this.turn());
    this.follow();
  }

  // A new view or series begins a new visit; anything else in the address belongs to who wrote it.
  follow() {
    const { view, wish } = parse(location.hash);
    const asked = JSON.stringify([view, wish]);
    if (asked === this.asked) return;
    Object.assign(this, { asked, view, wish, shown: null });
    this.visit.abort();
    this.visit = new AbortController();
    this.states.loading();
    this.turn();
  }

  choose = (wish) => {
    location.hash = format(this.view, nearest(this.stored, { ...this.series, ...wish }));
  };

  fail(error, signal) {
    if (!signal.aborted) this.states.failed(error);
  }

  // One place decides what an error does to the page.
  async turn() {
    clearTimeout(this.timer);
    const { signal } = this.visit;
    try {
      await Promise.all([this.learnStored(), this.prepare(signal)]);
      if (!signal.aborted) await this.fill(signal);
      if (signal.aborted) return;
      this.states.well();
    } catch (error) {
      if (signal.aborted) return;
      this.states.failed(error);
    }
    if (!document.hidden) this.timer = setTimeout(() => this.turn(), this.pause());
  }

  pause() {
    const every = this.module?.every ?? EVERY_MS;
    return this.states.isWell && this.live.flows ? every : Math.min(every, UNPUSHED_MS);
  }

  listen() {
    if (!this.series) return;
    const stored = watched(this.stored).filter((each) => this.stored.some(isSame(each)));
    this.live.follow([this.series.symbol, ...stored.map((each) => each.symbol)], this.series.interval);
  }

  moduleOf(view) {
    return import(`./views/${view}.js`);
  }

  async prepare(signal) {
    const { ahead } = await this.moduleOf(this.view);
    if (!this.shown && this.wish.interval && !signal.aborted) ahead?.(this.wish, signal);
  }

  async learnStored() {
    if (this.stored.length && Date.now() - this.storedAt < CATALOGUE_MS) return;
    this.stored = await allSeries();
    this.storedAt = Date.now();
  }

  async fill(signal) {
    if (this.shown) await this.shown.refresh();
    else await this.show(signal);
    if (!this.series || signal.aborted) return;
    const { age_ms: age, market_time: marketTime, klines } = await freshness(this.series, signal);
    this.marketTime = marketTime;
    const last = klines.at(-1);
    this.states.freshness(age, last ? last.close_time - last.open_time + 1 : 0);
  }

  async show(signal) {
    const module = await this.moduleOf(this.view);
    if (signal.aborted) return;
    const series = nearest(this.stored, this.wish);
    Object.assign(this, { module, series });
    this.openDecision = (id) => { location.hash = format("market", series, new URLSearchParams({ decision: id })); };
    this.asked = JSON.stringify([this.view, named(series ?? {})]);
    drawHeading(this);
    if (!series && module.ofSeries !== false) return this.states.nothingStored(find("view"));
    this.listen();
    const root = element("div", { class: `view ${this.view}` });
    find("view").replaceChildren(root);
    const shown = await module.show(root, contextOf(this, series, signal));
    if (signal.aborted) return shown.close();
    signal.addEventListener("abort", () => shown.close());
    this.shown = shown;
  }
}

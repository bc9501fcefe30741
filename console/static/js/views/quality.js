// Data quality: how fresh and how complete every series is, why something is missing, what was changed.

import { Place } from "../drawing/panels.js";
import { element } from "../element.js";
import { named } from "../market.js";
import { segments } from "../segments.js";
import { drawHoles, drawRevisions } from "./quality/details.js";
import { drawSeries } from "./quality/series.js";
import { drawSummary } from "./quality/summary.js";
import { drawTimeline } from "./quality/timeline.js";

export const title = "Data quality";

const DAY = 86_400_000;
const SHOWN = { "All": null, "30 d": 30 * DAY, "7 d": 7 * DAY, "24 h": DAY };
const MOST_SERIES = 24;
const MOST_REVISIONS = 200;

class QualityView {
  constructor(root, context) {
    Object.assign(this, { context, shown: "All", details: new Map() });
    this.summary = new Place(drawSummary, "wide");
    this.timeline = new Place((data) => drawTimeline(data, this.chooser()), "wide");
    this.series = new Place(drawSeries, "wide");
    this.holes = new Place(drawHoles);
    this.revisions = new Place(drawRevisions);
    root.replaceChildren(...[this.summary, this.timeline, this.series, this.holes, this.revisions].map((each) => each.node));
  }

  chooser() {
    const field = element("fieldset", { class: "segments small" }, element("legend", {}, "Period of the timeline"));
    segments(field, "period", Object.keys(SHOWN), this.shown, (value) => {
      this.shown = value;
      this.draw();
    });
    return field;
  }

  // The chosen series first; of very many, the others only in the list of the shell.
  async listed() {
    const { symbols } = await this.context.historic("symbols");
    const all = symbols.flatMap((market) => market.intervals.map((each) => ({ ...market, ...each, intervals: undefined })));
    const { series } = this.context;
    const isChosen = (each) => each.exchange === series.exchange && each.symbol === series.symbol && each.interval === series.interval;
    const marked = all.map((each) => ({ ...each, isChosen: isChosen(each) }));
    return [...marked.filter((each) => each.isChosen), ...marked.filter((each) => !each.isChosen)];
  }

  // Coverage and revisions are asked for again only when the counts of a series have moved.
  async detailed(each) {
    const id = `${each.exchange}/${each.symbol}/${each.interval}`;
    const state = [each.rows, each.holes, each.missing_bars, each.revisions, each.last_open].join();
    const known = this.details.get(id);
    if (known?.state === state) return known;
    const { historic } = this.context;
    const [coverage, revised] = await Promise.all([
      historic("coverage", named(each)),
      each.revisions ? historic("revisions", { ...named(each), offset: Math.max(0, each.revisions - MOST_REVISIONS), limit: MOST_REVISIONS }) : { total: 0, revisions: [] },
    ]);
    const found = { state, coverage, revised };
    this.details.set(id, found);
    return found;
  }

  async refresh() {
    const all = await this.listed();
    const looked = all.slice(0, MOST_SERIES);
    this.all = await Promise.all(looked.map(async (each) => {
      const [details, latest] = await Promise.all([this.detailed(each), this.context.historic("klines/latest", named(each))]);
      const last = latest.klines.at(-1);
      return { ...each, ...details, age: latest.age_ms, marketTime: latest.market_time, step: last ? last.close_time - last.open_time + 1 : null };
    }));
    this.more = all.length - looked.length;
    this.draw();
  }

  draw() {
    const { all, more } = this;
    const chosen = all.find((each) => each.isChosen);
    this.summary.show({ all, more });
    this.timeline.show({ all: all.map(({ age, ...each }) => ({ ...each, marketTime: each.last_open })), length: SHOWN[this.shown] });
    this.series.show({ all });
    if (!chosen) return;
    this.holes.show({ symbol: chosen.symbol, interval: chosen.interval, coverage: chosen.coverage });
    this.revisions.show({ symbol: chosen.symbol, interval: chosen.interval, revised: chosen.revised });
  }

  close() {}
}

export async function show(root, context) {
  const view = new QualityView(root, context);
  await view.refresh();
  return view;
}

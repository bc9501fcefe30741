// The watched portfolio: what it is worth, beside what following the decisions would have made of it.

import { element } from "../element.js";
import { Place } from "../drawing/panels.js";
import { segments } from "../segments.js";
import { drawHoldings } from "./portfolio/holdings.js";
import { drawTotals } from "./portfolio/totals.js";
import { drawWorth } from "./portfolio/worth.js";

export const title = "Portfolio";
export const ofSeries = false;
export const every = 5_000;

const DAY = 86_400_000;
const SINCE = { "All": null, "90 d": 90 * DAY, "30 d": 30 * DAY, "7 d": 7 * DAY };
const POINTS = 400;

const market = (each) => `${each.exchange}/${each.symbol ?? each.name}`;

class PortfolioView {
  constructor(root, context) {
    Object.assign(this, { context, since: "All" });
    this.totals = new Place(drawTotals, "wide");
    this.worth = new Place((data) => drawWorth(data, this.chooser()), "wide");
    this.holdings = new Place(drawHoldings, "wide");
    root.replaceChildren(this.totals.node, this.worth.node, this.holdings.node);
  }

  chooser() {
    const field = element("fieldset", { class: "segments small" }, element("legend", {}, "Followed since"));
    segments(field, "since", Object.keys(SINCE), this.since, (value) => {
      this.since = value;
      return this.refresh().catch(this.context.fail);
    });
    return field;
  }

  // By the market clock: a simulated market may be at another time than this computer.
  start(now) {
    const length = SINCE[this.since];
    return length === null || now === null ? null : now - length;
  }

  async refresh() {
    const { model, historic } = this.context;
    const { prices: markets } = await historic("prices");
    const start = this.start(markets.length ? Math.max(...markets.map((each) => each.market_time)) : null);
    const [held, history] = await Promise.all([model("portfolio", { start }), model("portfolio/history", { start, points: POINTS })]);
    const prices = Object.fromEntries(markets.map((each) => [market(each), each]));
    const holdings = held.holdings.map((each) => ({ ...each, change: prices[market(each)]?.change_24h ?? (each.cash ? 0 : null) }));
    this.totals.show({ ...held, holdings });
    this.worth.show({ histories: history.histories, start: held.start, since: this.since });
    this.holdings.show({ holdings, totals: held.totals, start: held.start });
  }

  close() {}
}

export async function show(root, context) {
  const view = new PortfolioView(root, context);
  await view.refresh();
  return view;
}

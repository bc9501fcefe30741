// The watch list: markets with price, change, last decision and freshness; kept in this browser.

import { element } from "../../element.js";
import { isSame, keep, markets, watched } from "../../watched.js";
import { latest } from "./decided.js";
import { Editing } from "./watch_editing.js";
import { fillRow, newRow } from "./watch_row.js";
import { Search } from "./watch_search.js";

const key = ({ exchange, symbol }) => `${exchange}/${symbol}`;

export class WatchList {
  constructor(context) {
    Object.assign(this, { context, list: watched(context.stored()), quotes: new Map(), decisions: new Map(), rows: new Map() });
    this.items = element("ul", { class: "watch-items", id: "watch-items", "aria-label": "Watched markets" });
    this.status = element("p", { class: "unseen", role: "status" });
    this.editing = new Editing(this);
    this.search = new Search((market) => this.editing.add(market), () => this.offered());
    this.node = element("section", { class: "card watch", "aria-labelledby": "watch-title" },
      element("div", { class: "card-head" }, element("h2", { id: "watch-title" }, "Watch list"), this.editing.button),
      this.items, this.search.node, this.status);
    this.draw();
  }

  offered() {
    return markets(this.context.stored()).filter((each) => !this.list.some(isSame(each)));
  }

  async load() {
    const [{ prices }, decisions] = await Promise.all([this.context.historic("prices"), latest(this.context)]);
    this.quotes = new Map(prices.map((each) => [key(each), each]));
    this.decisions = new Map(decisions.map((each) => [`${key(each)}/${each.interval}`, each]));
    if (this.drawnFor !== this.context.stored()) this.draw();
    this.fill();
  }

  quote(market) {
    return this.quotes.get(key(market)) ?? null;
  }

  // A tick of the stream: only the price and its age are new.
  tick(tick) {
    const quote = this.quotes.get(key(tick));
    if (!quote) return;
    Object.assign(quote, { price: tick.last, price_at: tick.time, source: "tick", age_ms: 0 });
    this.fillOne(tick);
  }

  decided(decision) {
    if (decision.role !== "champion") return;
    this.decisions.set(`${key(decision)}/${decision.interval}`, decision);
    this.fillOne(decision);
  }

  draw() {
    const { series, href, stored } = this.context;
    this.drawnFor = stored();
    this.rows = new Map(this.list.map((each) => {
      const nearest = this.nearest(each);
      return [key(each), newRow(each, nearest, nearest && href("market", nearest), isSame(series)(each))];
    }));
    this.items.replaceChildren(...this.rows.values());
    this.fill();
  }

  // The same interval where the market has it.
  nearest(market) {
    const all = this.context.stored().filter(isSame(market));
    const { interval } = this.context.series;
    return all.find((each) => each.interval === interval) ?? all.find((each) => each.interval === "1h") ?? all[0] ?? null;
  }

  fill() {
    for (const each of this.list) this.fillOne(each);
  }

  fillOne(market) {
    const row = this.rows.get(key(market));
    if (row) fillRow(row, this.quotes.get(key(market)), this.lastDecision(market));
  }

  // That of the interval that its link opens; the newest of any other until that has one.
  lastDecision(market) {
    const all = [...this.decisions.values()].filter(isSame(market)).sort((a, b) => b.close_time - a.close_time);
    const interval = this.nearest(market)?.interval;
    return all.find((each) => each.interval === interval) ?? all[0];
  }

  change(list, said) {
    this.list = list;
    keep(list);
    this.status.textContent = said;
    this.draw();
    this.context.listen();
  }
}

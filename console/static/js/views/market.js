// The market: a watch list, candles with the decisions made on them, and every decision explained.

import { isSame } from "../watched.js";
import { askAhead } from "./market/candles.js";
import { CandleStage } from "./market/candle_stage.js";
import { newestDecided, record } from "./market/decided.js";
import { Drawer } from "./market/drawer.js";
import { frame, sayPast } from "./market/frame.js";
import { DecisionTable } from "./market/table.js";
import { decisionTiles, priceTile, rightTile } from "./market/tiles.js";
import { WatchList } from "./market/watch_list.js";

export const title = "Market";
export const ahead = askAhead;

const LEDGER_ROWS = 100;
const TOGETHER_MS = 250;

class MarketView {
  constructor(root, context) {
    this.context = context;
    this.watch = new WatchList(context);
    root.replaceChildren(...frame(context.series, this.watch.node));
    this.stage = new CandleStage(context, (id) => this.drawer.open(id));
    this.table = new DecisionTable(context, context.fail);
    this.drawer = new Drawer(root, context);
    context.onDecision((id) => this.drawer.open(id));
    this.hear();
  }

  hear() {
    const { series, onEvent } = this.context;
    const isOfMarket = isSame(series);
    onEvent("tick", (tick) => {
      this.watch.tick(tick);
      if (isOfMarket(tick)) this.drawPrice();
    });
    onEvent("decision", (decision) => this.watch.decided(decision));
    for (const name of ["kline", "decision", "outcome", "range"]) {
      onEvent(name, (row) => isOfMarket(row) && row.interval === series.interval && this.soon());
    }
  }

  // Several events that come together cost one look.
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh().catch(this.context.fail), TOGETHER_MS);
  }

  async load() {
    await this.stage.load();
    await Promise.all([this.loadPrices(), this.stage.decide(), this.table.load(), this.loadRecord(), this.drawer.openAddressed()]);
    await this.loadLedger();
  }

  async refresh() {
    const isNew = await this.stage.refresh();
    await Promise.all([this.loadPrices(), this.table.load(), this.drawer.refresh(), this.loadLedger()]);
    if (isNew) await Promise.all([this.stage.decide(), this.loadRecord()]);
  }

  async loadPrices() {
    await this.watch.load();
    this.drawPrice();
  }

  drawPrice() {
    const quote = this.watch.quote(this.context.series);
    priceTile(this.context.series, quote);
    if (quote?.source === "tick") this.stage.chart.priceNow(quote.price);
  }

  async loadLedger() {
    const decided = await newestDecided(this.context, LEDGER_ROWS);
    decisionTiles(decided, this.watch.quote(this.context.series)?.market_time);
    sayPast(decided.backtested, this.stage.chart.newest, this.context.series);
  }

  async loadRecord() {
    rightTile(await record(this.context));
  }

  close() {
    clearTimeout(this.timer);
    this.stage.close();
  }
}

export async function show(root, context) {
  const view = new MarketView(root, context);
  await view.load();
  return view;
}

// The market: candles with the decisions made on them.

import { CandleChart } from "../chart.js";
import { find } from "../element.js";
import { candlesBefore, FIRST_CANDLES, newestCandles } from "../market.js";
import { page } from "../market/page.js";
import { readout } from "../readout.js";
import { BACKTEST, LEDGER, marksBetween, newestDecisions, trackRecord } from "../record.js";
import { segments } from "../segments.js";
import { drawTable } from "../table.js";
import { decisionTiles, priceTile, rightTile } from "../tiles.js";

export const title = "Market";

const TABLE_ROWS = 200;
const ORIGINS = { "All": [...LEDGER, ...BACKTEST], "Live": LEDGER, "Back-test": BACKTEST };

class MarketView {
  constructor(root, context) {
    this.context = context;
    this.klines = [];
    this.marks = [];
    this.origins = "All";
    root.replaceChildren(...page(context.series));
    this.chart = new CandleChart(find("chart"), {
      onHover: (openTime) => readout(openTime, this.chart.candles, this.marks),
      onNeedOlder: () => this.loadOlder(),
    });
    segments(find("origins"), "origin", Object.keys(ORIGINS), this.origins, (value) => {
      this.origins = value;
      this.loadDecisions();
    });
  }

  async load() {
    const { series, signal } = this.context;
    this.klines = await newestCandles(series, FIRST_CANDLES, signal);
    this.chart.show(this.klines);
    readout(null, this.chart.candles, this.marks);
    await Promise.all([this.loadDecisions(), this.loadMarks(), this.loadRecord()]);
    this.isLoaded = true;
  }

  async refresh() {
    const { series, signal } = this.context;
    const newer = await newestCandles(series, 5, signal);
    const known = this.klines.at(-1)?.open_time ?? 0;
    const added = newer.filter((each) => each.open_time > known);
    this.klines.push(...added);
    if (added.length) this.chart.add(newer);
    await this.loadDecisions();
    if (added.length) await Promise.all([this.loadMarks(), this.loadRecord()]);
  }

  async loadDecisions() {
    const { series, signal } = this.context;
    const [ledger, listed] = await Promise.all([
      newestDecisions(series, LEDGER, TABLE_ROWS, signal),
      newestDecisions(series, ORIGINS[this.origins], TABLE_ROWS, signal),
    ]);
    const now = this.context.marketTime() ?? this.klines.at(-1)?.close_time;
    priceTile(series, this.klines, now);
    decisionTiles(ledger, now);
    drawTable(listed, this.origins === "Back-test" ? "No back-test is stored for this series." : "No decision yet: the next closed candle brings one.");
  }

  async loadMarks() {
    if (this.chart.first === null) return;
    this.marks = await marksBetween(this.context.series, this.chart.first, this.chart.last + 1, this.context.signal);
    this.chart.mark(this.marks);
  }

  async loadRecord() {
    rightTile(await trackRecord(this.context.series, this.context.signal));
  }

  async loadOlder() {
    if (!this.isLoaded || this.exhausted || this.isBusy) return;
    this.isBusy = true;
    const older = await candlesBefore(this.context.series, this.chart.first, this.context.signal);
    this.exhausted = older.length === 0;
    this.chart.add(older);
    if (older.length) await this.loadMarks();
    this.isBusy = false;
  }

  close() {
    this.chart.chart.remove();
  }
}

export async function show(root, context) {
  const view = new MarketView(root, context);
  await view.load();
  return view;
}

// The candle chart with volume; keeps the candles it shows by their open time.

import { CandlestickSeries, createChart, HistogramSeries } from "../vendor/lightweight-charts.mjs";
import { Marks } from "./marks.js";
import { colour, onThemeChange } from "./theme.js";
import { decimals, moment } from "./words.js";

const SHOWN_AT_FIRST = 130;

function looks() {
  const line = { color: colour("grid") };
  return {
    autoSize: true,
    layout: { background: { color: "transparent" }, textColor: colour("muted"), fontFamily: "Inter, system-ui, sans-serif", fontSize: 12, attributionLogo: false },
    grid: { vertLines: line, horzLines: line },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.1, bottom: 0.24 } },
    timeScale: { borderColor: colour("grid"), timeVisible: true, rightOffset: 4, minBarSpacing: 1.5 },
    crosshair: { mode: 0, vertLine: { labelBackgroundColor: colour("ink") }, horzLine: { labelBackgroundColor: colour("ink") } },
    localization: { timeFormatter: (time) => moment(time * 1000) },
  };
}

const candleLooks = () => ({
  upColor: colour("up"), downColor: colour("down"), borderVisible: false,
  wickUpColor: colour("up"), wickDownColor: colour("down"), priceLineColor: colour("muted"),
});

const drawable = (kline) => ({
  time: kline.open_time / 1000,
  open: Number(kline.open), high: Number(kline.high), low: Number(kline.low), close: Number(kline.close),
  volume: Number(kline.volume),
});

export class CandleChart {
  constructor(holder, { onHover, onNeedOlder }) {
    this.holder = holder;
    this.candles = new Map();
    this.chart = createChart(holder, looks());
    this.bars = this.chart.addSeries(CandlestickSeries, candleLooks());
    this.volume = this.chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.marks = new Marks();
    this.bars.attachPrimitive(this.marks);
    this.chart.subscribeCrosshairMove(({ time }) => onHover(time ? time * 1000 : null));
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && range.from < 10 && this.candles.size) onNeedOlder();
    });
    onThemeChange(() => this.recolour());
  }

  get first() { return this.candles.keys().next().value ?? null; }
  get last() { return [...this.candles.keys()].at(-1) ?? null; }

  show(klines) {
    this.candles = new Map();
    this.add(klines);
    const end = this.candles.size + 3;
    this.chart.timeScale().setVisibleLogicalRange({ from: Math.max(end - SHOWN_AT_FIRST, 0), to: end });
  }

  // Older, newer or changed candles; the part of the chart that is looked at stays where it is.
  add(klines) {
    const merged = new Map(this.candles);
    for (const each of klines) merged.set(each.open_time, { ...drawable(each), exact: each });
    const isNewer = [...this.candles.keys()].every((time) => !klines.length || time <= klines[0].open_time);
    this.candles = isNewer ? merged : new Map([...merged].sort(([a], [b]) => a - b));
    this.redraw();
  }

  redraw() {
    const all = [...this.candles.values()];
    const precision = decimals(all.slice(-50).map((each) => each.exact.close));
    this.bars.applyOptions({ priceFormat: { type: "price", precision, minMove: 10 ** -precision } });
    this.bars.setData(all.map(({ time, open, high, low, close }) => ({ time, open, high, low, close })));
    this.volume.setData(all.map((each) => ({ time: each.time, value: each.volume, color: colour(each.close >= each.open ? "volume-up" : "volume-down") })));
  }

  mark(decisions) {
    this.holder.dataset.marks = this.marks.set(decisions, this.candles);
  }

  recolour() {
    this.chart.applyOptions(looks());
    this.bars.applyOptions(candleLooks());
    this.redraw();
  }
}

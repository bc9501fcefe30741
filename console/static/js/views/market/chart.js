// The candle chart: candles with volume and marks above, the expected gain against its cost below.

import { CandlestickSeries, createChart, HistogramSeries } from "../../../vendor/lightweight-charts.mjs";
import { colour, onThemeChange } from "../../theme.js";
import { decimals } from "../../words.js";
import { GainPane } from "./gain_pane.js";
import { candleLooks, drawable, looks } from "./looks.js";
import { Marks } from "./marks.js";

const SHOWN_AT_FIRST = 130;
const NEAR_THE_EDGE = 20;

export class CandleChart {
  constructor(holder, { onHover, onChoose, onNeedOlder, signal }) {
    Object.assign(this, { holder, candles: new Map(), decisions: new Map() });
    this.chart = createChart(holder, looks());
    this.bars = this.chart.addSeries(CandlestickSeries, candleLooks());
    this.volume = this.chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
    this.chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.marks = new Marks();
    this.bars.attachPrimitive(this.marks);
    this.gain = new GainPane(this.chart);
    this.chart.subscribeCrosshairMove(({ time }) => onHover(time ? time * 1000 : null));
    this.chart.subscribeClick(({ time }) => time && onChoose(time * 1000));
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && range.from < NEAR_THE_EDGE && this.candles.size) onNeedOlder();
    });
    onThemeChange(() => this.recolour(), signal);
  }

  get first() { return this.candles.keys().next().value ?? null; }
  get last() { return [...this.candles.keys()].at(-1) ?? null; }
  get newest() { return this.candles.get(this.last)?.exact ?? null; }

  show(klines) {
    this.add(klines);
    const end = this.candles.size + 3;
    const shown = Math.min(SHOWN_AT_FIRST, Math.max(40, Math.round(this.holder.clientWidth / 8)));
    this.chart.timeScale().setVisibleLogicalRange({ from: Math.max(end - shown, 0), to: end });
  }

  begin(klines) {
    this.candles = new Map();
    this.show(klines);
  }

  // Older, newer or changed candles; the part of the chart that is looked at stays where it is.
  add(klines) {
    const merged = new Map(this.candles);
    for (const each of klines) merged.set(each.open_time, drawable(each));
    this.candles = new Map([...merged].sort(([a], [b]) => a - b));
    this.redraw();
  }

  redraw() {
    const all = [...this.candles.values()];
    const precision = decimals(all.slice(-50).map((each) => each.exact.close));
    this.bars.applyOptions({ priceFormat: { type: "price", precision, minMove: 10 ** -precision } });
    this.bars.setData(all.map(({ time, open, high, low, close }) => ({ time, open, high, low, close })));
    this.volume.setData(all.map((each) => ({ time: each.time, value: each.volume, color: colour(each.close >= each.open ? "volume-up" : "volume-down") })));
    this.remark();
  }

  decide(decisions) {
    this.decisions = decisions;
    this.remark();
  }

  remark() {
    this.gain.set([...this.candles.values()], this.decisions);
    this.holder.dataset.marks = this.marks.set(this.decisions.values(), this.candles);
  }

  // The price of now, between two candles.
  priceNow(price) {
    const value = Number(price);
    const color = colour("accent");
    if (this.now) this.now.applyOptions({ price: value, color });
    else {
      this.bars.applyOptions({ priceLineVisible: false, lastValueVisible: false });
      this.now = this.bars.createPriceLine({ price: value, color, lineWidth: 1, lineStyle: 1, axisLabelVisible: true });
    }
  }

  pointAt(openTime) {
    const candle = this.candles.get(openTime);
    if (candle) this.chart.setCrosshairPosition(candle.close, candle.time, this.bars);
    else this.chart.clearCrosshairPosition();
  }

  recolour() {
    this.chart.applyOptions(looks());
    this.bars.applyOptions(candleLooks());
    this.gain.recolour();
    this.redraw();
  }

  close() {
    this.chart.remove();
  }
}

// The lower pane: what each decision expected to gain, in percent, with a line at what buying and selling costs.

import { createTextWatermark, HistogramSeries } from "../../../vendor/lightweight-charts.mjs";
import { colour } from "../../theme.js";
import { share } from "../../words.js";

const SHARE = 0.34;
const DASHED = 2;
const said = (value) => share(value / 100, 2);

function kind({ status, expected_gain: gain, cost }) {
  if (status === "suppressed") return "suppressed";
  return gain > cost ? "buy" : gain < 0 ? "sell" : "hold";
}

export class GainPane {
  constructor(chart) {
    this.bars = chart.addSeries(HistogramSeries, {
      priceFormat: { type: "custom", minMove: 0.01, formatter: said, tickmarksFormatter: (values) => values.map(() => "") },
      lastValueVisible: false, priceLineVisible: false, base: 0,
    }, 1);
    chart.panes()[1].setStretchFactor(SHARE);
    this.bars.priceScale().applyOptions({ entireTextOnly: true, scaleMargins: { top: 0.2, bottom: 0.06 } });
    this.name = createTextWatermark(chart.panes()[1], this.naming());
  }

  naming() {
    return { horzAlign: "left", vertAlign: "top", lines: [{ text: "Expected gain, with a line at its cost", color: colour("muted"), fontSize: 11, fontFamily: "Inter, system-ui, sans-serif" }] };
  }

  // `candles` in order; a candle without a decision leaves its place empty.
  set(candles, decisions) {
    const known = candles.map(({ time }) => {
      const decision = decisions.get(time * 1000);
      return Number.isFinite(decision?.expected_gain)
        ? { time, value: decision.expected_gain * 100, color: colour(kind(decision)) } : { time };
    });
    this.bars.setData(known);
    this.costAt([...decisions.values()].find((each) => Number.isFinite(each.cost))?.cost);
  }

  costAt(cost) {
    if (this.cost) this.bars.removePriceLine(this.cost);
    this.cost = Number.isFinite(cost)
      ? this.bars.createPriceLine({ price: cost * 100, color: colour("ink"), lineWidth: 1, lineStyle: DASHED, axisLabelVisible: true }) : null;
  }

  recolour() {
    this.name.applyOptions(this.naming());
  }
}

// The expected gain with its interval on one scale with zero and the cost.

import { facts } from "../../drawing/panels.js";
import { line, shape, words } from "../../drawing/svg.js";
import { element } from "../../element.js";
import { money, percent, price, share } from "../../words.js";

const WIDE = 440;
const EDGE = 30;

function scale({ expected_gain: gain, gain_low: low, gain_high: high, cost }) {
  const values = [gain, low, high, cost, 0].filter(Number.isFinite);
  const [from, to] = [Math.min(...values), Math.max(...values)];
  const x = (value) => EDGE + ((value - from) / (to - from || 1)) * (WIDE - 2 * EDGE);
  const isInterval = Number.isFinite(low) && Number.isFinite(high);
  const interval = isInterval ? [shape("rect", { class: "interval", x: x(low), y: 33, width: x(high) - x(low), height: 8, rx: 4 })] : [];
  return shape("svg", { viewBox: `0 0 ${WIDE} 62`, class: "gain-scale", role: "img", "aria-label": `Expected gain ${percent(gain)}, cost ${share(cost, 2)}` },
    line(EDGE, 37, WIDE - EDGE, 37, "axis"), ...interval,
    line(x(0), 26, x(0), 48, "zero"), words(x(0), 60, "0", "label", "middle"),
    line(x(cost), 22, x(cost), 48, "cost"), words(x(cost), 16, "cost", "label", x(cost) > WIDE - 60 ? "end" : "middle"),
    shape("circle", { class: gain > cost ? "gain buy" : gain < 0 ? "gain sell" : "gain hold", cx: x(gain), cy: 37, r: 6 }));
}

export function gainAgainstCost(decision, quote) {
  const { expected_gain: gain, gain_low: low, gain_high: high, cost, probability, horizon } = decision;
  const isKnown = Number.isFinite(gain);
  const rows = [
    ["Price at the close", quote ? money(price(decision.price), quote) : price(decision.price)],
    ["Expected gain", isKnown && `${percent(gain)} over ${horizon} candles`],
    ["80 % interval", Number.isFinite(low) && `${percent(low)} to ${percent(high)}`],
    ["Cost of buying and selling", share(cost, 2)],
    ["Probability of a rise", Number.isFinite(probability) && share(probability)],
  ].filter(([, value]) => value);
  return element("div", {}, ...(isKnown ? [scale(decision)] : [element("p", { class: "muted" }, "Nothing was computed for this candle.")]), facts(rows));
}

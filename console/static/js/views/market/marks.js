// Marks on the chart: BUY below its candle, SELL above, in the colour of suppressed where nothing came of it, small
// and faint where the back-test decided.

import { colour } from "../../theme.js";

const GAP = 8;

function look(decision) {
  const suppressed = decision.status === "suppressed";
  const action = suppressed ? (decision.would_be ?? decision.action) : decision.action;
  const isPast = decision.origin === "backtest";
  return { action, suppressed, size: isPast ? 4.5 : 6.5, alpha: isPast ? 0.75 : 1 };
}

function triangle(context, x, tip, base, half) {
  context.beginPath();
  context.moveTo(x, tip);
  context.lineTo(x + half, base);
  context.lineTo(x - half, base);
  context.closePath();
}

export class Marks {
  constructor() {
    this.drawn = [];
    this.views = [{ zOrder: () => "top", renderer: () => ({ draw: (target) => this.draw(target) }) }];
  }

  attached({ chart, series, requestUpdate }) {
    Object.assign(this, { chart, series, requestUpdate });
  }

  paneViews() {
    return this.views;
  }

  // `candles` maps open time (ms) to the drawn candle.
  set(decisions, candles) {
    this.drawn = [...decisions]
      .filter((each) => candles.has(each.open_time) && look(each).action !== "HOLD")
      .map((each) => ({ ...look(each), candle: candles.get(each.open_time) }));
    this.requestUpdate?.();
    return this.drawn.length;
  }

  draw(target) {
    target.useMediaCoordinateSpace(({ context }) => {
      context.lineWidth = 1.4;
      context.lineJoin = "round";
      for (const mark of this.drawn) this.drawOne(context, mark);
      context.globalAlpha = 1;
    });
  }

  drawOne(context, { action, suppressed, size, alpha, candle }) {
    const up = action === "BUY";
    const x = this.chart.timeScale().timeToCoordinate(candle.time);
    const y = this.series.priceToCoordinate(up ? candle.low : candle.high);
    if (x === null || y === null) return;
    const way = up ? 1 : -1;
    const tip = y + way * GAP;
    triangle(context, x, tip, tip + way * size * 1.75, size);
    const own = colour(up ? "buy" : "sell");
    context.globalAlpha = alpha;
    context.fillStyle = suppressed ? colour("suppressed") : own;
    context.strokeStyle = suppressed ? own : colour("surface");
    context.stroke();
    context.fill();
  }
}

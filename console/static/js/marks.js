// BUY and SELL marks, drawn on the chart: filled where issued, hollow where suppressed, small and faint where
// they come from the back-test.

import { colour } from "./theme.js";

const GAP = 8;

function look(decision) {
  const suppressed = decision.status === "suppressed";
  const backtest = decision.origin === "backtest";
  const action = suppressed ? (decision.would_be ?? decision.action) : decision.action;
  return { action, hollow: suppressed, size: backtest ? 4 : 6.5, alpha: backtest ? 0.6 : 1 };
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
    this.drawn = decisions
      .filter((each) => candles.has(each.open_time) && look(each).action !== "HOLD")
      .map((each) => ({ ...look(each), candle: candles.get(each.open_time) }));
    this.requestUpdate?.();
    return this.drawn.length;
  }

  draw(target) {
    target.useMediaCoordinateSpace(({ context }) => {
      context.lineWidth = 1.6;
      context.lineJoin = "round";
      for (const mark of this.drawn) this.drawOne(context, mark);
      context.globalAlpha = 1;
    });
  }

  drawOne(context, { action, hollow, size, alpha, candle }) {
    const up = action === "BUY";
    const x = this.chart.timeScale().timeToCoordinate(candle.time);
    const y = this.series.priceToCoordinate(up ? candle.low : candle.high);
    if (x === null || y === null) return;
    const way = up ? 1 : -1;
    const tip = y + way * GAP;
    triangle(context, x, tip, tip + way * size * 1.75, size);
    context.globalAlpha = alpha;
    context.fillStyle = hollow ? colour("surface") : colour(up ? "buy" : "sell");
    context.strokeStyle = hollow ? colour(up ? "buy" : "sell") : colour("surface");
    context.stroke();
    context.fill();
  }
}

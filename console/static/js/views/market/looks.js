// How the chart looks, in the colours of the style sheet.

import { colour } from "../../theme.js";
import { moment } from "../../words.js";

export function looks() {
  const line = { color: colour("grid") };
  const cross = { color: colour("muted"), labelBackgroundColor: colour("label") };
  return {
    autoSize: true,
    layout: {
      background: { color: "transparent" }, textColor: colour("muted"), fontFamily: "Inter, system-ui, sans-serif", fontSize: 11.5, attributionLogo: false,
      panes: { separatorColor: colour("line"), enableResize: false },
    },
    grid: { vertLines: line, horzLines: line },
    rightPriceScale: { borderVisible: false, entireTextOnly: true, scaleMargins: { top: 0.1, bottom: 0.22 } },
    timeScale: { borderColor: colour("line"), timeVisible: true, rightOffset: 3, minBarSpacing: 1.5 },
    crosshair: { mode: 0, vertLine: cross, horzLine: cross },
    localization: { timeFormatter: (time) => `${moment(time * 1000)} UTC` },
  };
}

export const candleLooks = () => ({
  upColor: colour("up"), downColor: colour("down"), borderVisible: false,
  wickUpColor: colour("up"), wickDownColor: colour("down"), priceLineColor: colour("muted"),
});

export const drawable = (kline) => ({
  time: kline.open_time / 1000,
  open: Number(kline.open), high: Number(kline.high), low: Number(kline.low), close: Number(kline.close),
  volume: Number(kline.volume),
  exact: kline,
});

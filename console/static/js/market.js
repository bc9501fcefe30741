// What the historic API tells: series, candles, freshness. Prices stay text until they are drawn.

import { ask } from "./ask.js";

export const FIRST_CANDLES = 600;

export async function allSeries() {
  const { symbols } = await ask("historic/v1/symbols");
  return symbols.flatMap((market) =>
    market.intervals
      .filter((each) => each.rows > 0)
      .map((each) => ({
        id: `${market.exchange}/${market.symbol}/${each.interval}`,
        exchange: market.exchange,
        symbol: market.symbol,
        base: market.base_asset,
        quote: market.quote_asset,
        interval: each.interval,
        simulated: market.simulated,
      })),
  );
}

export const named = ({ exchange, symbol, interval }) => ({ exchange, symbol, interval });

export async function newestCandles(series, count, signal) {
  const asked = { ...named(series), order: "desc", limit: count };
  const { klines } = await ask("historic/v1/klines", asked, signal);
  return klines.reverse();
}

export async function candlesBefore(series, openTime, signal) {
  const asked = { ...named(series), order: "desc", limit: 1000, end: openTime };
  const { klines } = await ask("historic/v1/klines", asked, signal);
  return klines.reverse();
}

export const freshness = (series, signal) => ask("historic/v1/klines/latest", named(series), signal);

// What is stored, and how fresh a series is.

import { ask } from "./ask.js";

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

export const freshness = (series, signal) => ask("historic/v1/klines/latest", named(series), signal);

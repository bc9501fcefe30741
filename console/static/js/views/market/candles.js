// Candles of a series. Prices stay text until they are drawn.

import { named } from "../../market.js";

export const FIRST = 500;
const OLDER = 1000;

async function page({ series, historic }, asked) {
  const { columns, klines } = await historic("klines", { ...named(series), order: "desc", shape: "arrays", ...asked });
  const rows = columns ? klines.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]]))) : klines;
  return rows.reverse();
}

export const newest = (context, limit) => page(context, { limit });

export const before = (context, openTime) => page(context, { limit: OLDER, end: openTime });

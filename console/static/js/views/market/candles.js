// Candles of a series. Prices stay text until they are drawn.

import { ask } from "../../ask.js";
import { named } from "../../market.js";

export const FIRST = 500;
const OLDER = 1000;

let early = null;

async function page(series, asked, signal) {
  const { columns, klines } = await ask("historic/v1/klines", { ...named(series), order: "desc", shape: "arrays", ...asked }, signal);
  return klines.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]]))).reverse();
}

// An address that names a series lets its candles be asked for before it is known what is stored.
export function askAhead(wish, signal) {
  const answer = page(wish, { limit: FIRST }, signal);
  answer.catch(() => {}); // who takes the answer hears of it
  early = { ...wish, signal, answer };
}

export function first({ series, signal }) {
  const isAsked = early?.signal === signal && ["exchange", "symbol", "interval"].every((key) => early[key] === series[key]);
  return isAsked ? early.answer.finally(() => { early = null; }) : page(series, { limit: FIRST }, signal);
}

export const newest = ({ series, signal }, limit) => page(series, { limit }, signal);

export const before = ({ series, signal }, openTime) => page(series, { limit: OLDER, end: openTime }, signal);

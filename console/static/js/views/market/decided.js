// Decisions with their outcomes, as the market view asks for them.

import { named } from "../../market.js";

export const LEDGER = ["live", "late"];
export const BACKTEST = "backtest";
const PAGE = 1000;
const MOST_PAGES = 4;

const asked = (series) => ({ ...named(series), role: "champion", order: "desc" });

async function newest({ series, model }, origin, limit) {
  const { decisions } = await model("decisions", { ...asked(series), origin, limit });
  return decisions;
}

// What the ledger has, newest first; of the back-test the newest decision only while the ledger has none.
export async function newestDecided(context, limit) {
  const ledger = await newest(context, LEDGER, limit);
  const [backtested = null] = ledger.length ? [] : await newest(context, BACKTEST, 1);
  return { ledger, backtested };
}

// Every decision on the candles of a range, one for a candle: where the ledger has one, the back-test's is left out.
export async function between({ series, model }, start, end) {
  const found = new Map();
  let cursor = null;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await model("decisions", { ...asked(series), start, end, limit: PAGE, cursor });
    for (const each of page.decisions) {
      if (each.origin !== BACKTEST || !found.has(each.open_time)) found.set(each.open_time, each);
    }
    cursor = page.next_cursor;
    if (!cursor) break;
  }
  return found;
}

export const page = ({ series, model }, filters, cursor, limit) =>
  model("decisions", { ...asked(series), ...filters, cursor, limit });

export const explained = ({ model }, id) => model(`decisions/${encodeURIComponent(id)}`);

export async function record({ series, model }) {
  const { track_record: records } = await model("track-record", named(series));
  return records[0] ?? null;
}

export async function latest({ model }) {
  const { decisions } = await model("decisions/latest");
  return decisions;
}

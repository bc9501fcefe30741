// What the model API tells: decisions with outcomes, and the model's card.

import { ask } from "./ask.js";
import { named } from "./market.js";

export const LEDGER = ["live", "late"];
export const BACKTEST = ["backtest"];

async function decisions(series, asked, signal) {
  const answer = await ask(
    "model/v1/decisions",
    { ...named(series), role: "champion", order: "desc", ...asked },
    signal,
  );
  return answer.decisions;
}

export const newestDecisions = (series, origins, limit, signal) =>
  decisions(series, { origin: origins, limit }, signal);

// What is drawn as marks in a range of candles: BUY, SELL and what was suppressed. The ledger comes last, so
// that it lies on top.
export async function marksBetween(series, start, end, signal) {
  const asked = { start, end, limit: 1000 };
  const acted = { ...asked, action: ["BUY", "SELL"] };
  const parts = await Promise.all([
    decisions(series, { ...acted, origin: BACKTEST }, signal),
    decisions(series, { ...asked, origin: LEDGER, status: "suppressed" }, signal),
    decisions(series, { ...acted, origin: LEDGER }, signal),
  ]);
  return [...new Map(parts.flat().map((each) => [each.id, each])).values()];
}

export async function activeModel(series, signal) {
  const { models } = await ask("model/v1/models", { ...named(series), active: true }, signal);
  const inCharge = models.find((each) => each.role === "champion");
  return inCharge ? ask(`model/v1/models/${inCharge.model_id}`, {}, signal) : null;
}

export async function trackRecord(series, signal) {
  const answer = await ask("model/v1/track-record", named(series), signal);
  return answer.track_record[0] ?? null;
}

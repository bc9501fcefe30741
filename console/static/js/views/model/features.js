// What the model reads of a candle, by what it tells.

import { counted } from "../../drawing/numbers.js";
import { card } from "../../drawing/panels.js";
import { element } from "../../element.js";

const GROUPS = [
  ["How far the price moved", /^return_/],
  ["How restless it is", /^(volatility_|log_sigma|range$|bollinger_width)/],
  ["Where it stands beside its averages", /^(ema_distance_|rsi_|bollinger_z|macd_)/],
  ["Where it lies between recent highs and lows", /^donchian_/],
  ["The shape of the candle", /^(close_location|upper_wick|lower_wick)$/],
  ["Volume", /^(volume_|signed_volume_)/],
  ["Hour and weekday", /^(day_|week_)/],
  ["The order book", /^book_/],
];
const OTHERS = "Others";

export function drawFeatures(champion) {
  const features = champion?.card.features;
  if (!features) return null;
  const groups = Map.groupBy(features.names, (name) => GROUPS.find(([, pattern]) => pattern.test(name))?.[0] ?? OTHERS);
  const lists = [...groups].flatMap(([name, members]) => [
    element("dt", {}, name), element("dd", {}, ...members.map((each) => element("code", {}, each)))]);
  return card("What it reads", { lead: `${counted(features.names.length, "number")} per candle, all from the past alone; ${counted(features.warmup_bars, "candle")} come before the first. How much each moved a decision is told with that decision.` },
    element("dl", { class: "features" }, ...lists));
}

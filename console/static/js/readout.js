// The line above the chart: the candle under the pointer, else the newest, with the decision made on it.

import { badge, element, find } from "./element.js";
import { moment, price } from "./words.js";

export function readout(openTime, candles, decisions) {
  const candle = candles.get(openTime) ?? [...candles.values()].at(-1);
  if (!candle) return find("readout").replaceChildren();
  const { exact } = candle;
  const parts = [["O", exact.open], ["H", exact.high], ["L", exact.low], ["C", exact.close]]
    .flatMap(([name, value]) => [element("i", {}, name), element("b", {}, price(value))]);
  const made = decisions.findLast((each) => each.open_time === exact.open_time);
  find("readout").replaceChildren(element("time", {}, moment(exact.open_time)), ...parts, ...(made ? [badge(made)] : []));
}

// The line above the chart: the candle under the pointer, else the newest, with the decision made on it.

import { badge, element, find, pastMark } from "../../element.js";
import { compact, moment, money, percent, price, share } from "../../words.js";

const pair = (name, value, kind = "") => element("span", {}, element("i", {}, name), element("b", { class: kind }, value));

export function readout(openTime, { candles, decisions }, { base }) {
  const candle = candles.get(openTime) ?? [...candles.values()].at(-1);
  if (!candle) return find("readout").replaceChildren();
  const { exact } = candle;
  const change = candle.close / candle.open - 1;
  const made = decisions.get(exact.open_time);
  const expected = Number.isFinite(made?.expected_gain)
    ? [pair("expects", percent(made.expected_gain)), pair("cost", share(made.cost, 2))] : [];
  find("readout").replaceChildren(
    element("time", {}, `${moment(exact.open_time)} UTC`),
    ...[["O", exact.open], ["H", exact.high], ["L", exact.low], ["C", exact.close]].map(([name, value]) => pair(name, price(value))),
    pair("", percent(change), change >= 0 ? "up" : "down"), pair("Vol", money(compact(candle.volume), base)),
    ...(made ? [badge(made), ...pastMark(made), ...expected] : []));
}

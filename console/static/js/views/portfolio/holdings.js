// The holdings one by one.

import { tableOf } from "../../drawing/figure.js";
import { amount, mood, signedAmount } from "../../drawing/numbers.js";
import { card, nothing, placeOf } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { age, moment, money, percent, price, share } from "../../words.js";

const COLUMNS = [
  { name: "Holding" }, { name: "Amount", number: true }, { name: "Price", number: true }, { name: "24 h", number: true },
  { name: "Value now", number: true }, { name: "Share", number: true }, { name: "Following the decisions", number: true }, { name: "Bought and held", number: true },
];

const cash = () => element("span", { class: "muted" }, "cash");
const coloured = (value, said) => element("span", { class: mood(value) }, said);
const quoted = (text, quote) => (text === null ? element("span", { class: "muted" }, "unknown") : money(amount(text), quote));

function name(each) {
  const words = each.cash ? `${each.name}, cash` : each.asset ? `${each.asset}/${each.quote}` : each.name;
  const place = element("small", {}, placeOf(each), each.interval ? ` decided by ${each.interval}` : "");
  return element("span", { class: "stacked" }, element("b", {}, words), place);
}

function priced(each) {
  if (each.price === null) return each.cash ? cash() : element("span", { class: "muted" }, "no price");
  const source = `${each.price_source}, ${age(each.age_ms)} old`;
  return element("span", { class: "stacked", title: `${moment(each.price_time)} UTC` }, money(price(each.price), each.quote), element("small", {}, source));
}

function followed(each) {
  if (each.following === null || each.value === null) return quoted(each.following, each.quote);
  const more = Number(each.following) - Number(each.value);
  return element("span", { class: "stacked" }, quoted(each.following, each.quote), element("small", { class: mood(more) }, signedAmount(more)));
}

function row(each, total) {
  const part = each.value !== null && Number(total?.known_value) > 0 ? Number(each.value) / Number(total.known_value) : null;
  return [
    name(each),
    each.amount === null ? "–" : money(price(each.amount), each.asset ?? ""),
    priced(each),
    each.cash ? cash() : each.change === null ? "unknown" : coloured(each.change, percent(each.change)),
    quoted(each.value, each.quote ?? ""),
    part === null ? "–" : share(part),
    each.cash ? cash() : followed(each),
    each.cash ? cash() : quoted(each.buy_and_hold, each.quote ?? ""),
  ];
}

export function drawHoldings({ holdings, totals }) {
  if (!holdings.length) return card("Holdings", {}, nothing("No holding yet."));
  const totalOf = (each) => totals.find(({ exchange, quote }) => exchange === each.exchange && quote === each.quote);
  const rows = holdings.map((each) => row(each, totalOf(each)));
  return card("Holdings", { kind: "table-card" }, element("div", { class: "scroll cards", tabindex: "0", role: "group", "aria-label": "Holdings", "data-keep": "holdings" },
    tableOf(COLUMNS, rows, "Holdings with price, value and what following the decisions would have made of them")));
}

// One market of the watch list.

import { badge, element } from "../../element.js";
import { age, percent, price } from "../../words.js";

const FRESH_MS = 120_000;

const button = (kind, sign, said) => element("button", { type: "button", class: `icon-button ${kind}`, "aria-label": said, title: said }, sign);

// `stored` is null for a market that is no longer stored: it stays listed until somebody removes it.
export function newRow({ exchange, symbol }, stored, href, isChosen) {
  const name = stored ? `${stored.base}/${stored.quote}` : symbol;
  const parts = [
    element("b", { class: "name" }, name), element("span", { class: "price" }, "–"),
    element("small", { class: "last" }, stored ? exchange : "no longer stored"), element("span", { class: "change" }),
  ];
  const link = stored ? element("a", { class: "watch-link", href }, ...parts) : element("span", { class: "watch-link gone", tabindex: "0" }, ...parts);
  if (isChosen) link.setAttribute("aria-current", "true");
  link.setAttribute("aria-keyshortcuts", "Alt+ArrowUp Alt+ArrowDown");
  return element("li", { "data-market": `${exchange}/${symbol}` }, link, element("span", { class: "watch-tools" },
    button("earlier", "↑", `Move ${name} up`), button("later", "↓", `Move ${name} down`), button("remove", "✕", `Remove ${name}`)));
}

function freshness(quote) {
  const isFresh = quote.age_ms !== null && quote.age_ms <= (quote.source === "tick" ? FRESH_MS : FRESH_MS + 3_600_000);
  const said = quote.age_ms === null ? "no price yet" : `${quote.source === "tick" ? "tick" : "close"} ${age(quote.age_ms)} ago`;
  return element("i", { class: isFresh ? "dot fresh" : "dot old", role: "img", title: said, "aria-label": said });
}

export function fillRow(row, quote, decision) {
  const [priced, changed, last] = [".price", ".change", ".last"].map((each) => row.querySelector(each));
  if (!quote) return;
  priced.textContent = quote.price === null ? "–" : price(quote.price);
  changed.textContent = percent(quote.change_24h);
  changed.className = `change ${quote.change_24h > 0 ? "good" : quote.change_24h < 0 ? "bad" : "muted"}`;
  const made = decision ? [badge(decision), element("span", {}, `${decision.interval} · ${age(Math.max(0, quote.market_time - decision.close_time))} ago`)] : ["no live decision yet"];
  last.replaceChildren(freshness(quote), ...made);
}

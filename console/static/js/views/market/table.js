// The decisions table: pages of what the filters let through; a row opens its decision.

import { badge, element, find } from "../../element.js";
import { moment, percent, price, reason, share } from "../../words.js";
import { page } from "./decided.js";
import { Filters } from "./filters.js";

const PAGE = 50;
const cell = (kind, ...children) => element("td", kind ? { class: kind } : {}, ...children);

export function outcome({ outcome: known }) {
  if (!known || known.state === "pending") return element("span", { class: "outcome pending" }, "pending");
  if (known.state === "insufficient") return element("span", { class: "outcome" }, "no candle to measure by");
  return element("span", { class: `outcome ${known.correct ? "right" : "wrong"}` },
    element("b", {}, known.correct ? "✓ right" : "✗ wrong"), ` market ${percent(known.gross)}`);
}

function row(decision) {
  const opener = element("button", { type: "button", class: "opener", "data-id": decision.id, "aria-haspopup": "dialog" }, moment(decision.open_time));
  const isWorth = decision.expected_gain > decision.cost;
  return element("tr", { "data-id": decision.id, class: decision.status },
    cell("when", opener),
    cell("", badge(decision)),
    cell("reason", reason(decision.reason)),
    cell("number price", price(decision.price)),
    cell(`number ${isWorth ? "good" : ""}`, percent(decision.expected_gain)),
    cell("number cost muted", share(decision.cost, 2)),
    cell("", outcome(decision)),
    cell("from", element("span", { class: `origin ${decision.origin}` }, decision.origin === "backtest" ? "back-test" : decision.origin)));
}

export class DecisionTable {
  constructor(context, onFailure) {
    Object.assign(this, { context, decisions: [], cursor: null, onFailure });
    this.filters = new Filters(find("filters"), () => this.load().catch(onFailure));
    find("more").addEventListener("click", () => this.more().catch(onFailure));
    find("rows").addEventListener("click", (event) => {
      const id = event.target.closest("tr")?.dataset.id;
      if (id) context.openDecision(id);
    });
  }

  async load() {
    const asked = this.filters.asked;
    const first = await page(this.context, asked, null, PAGE);
    if (JSON.stringify(asked) !== JSON.stringify(this.filters.asked)) return;
    const isSameTop = first.decisions.at(-1)?.id === this.decisions[PAGE - 1]?.id;
    // What was paged to stays while nothing came before it.
    this.decisions = isSameTop ? [...first.decisions, ...this.decisions.slice(PAGE)] : first.decisions;
    if (!isSameTop || this.decisions.length <= PAGE) this.cursor = first.next_cursor;
    this.draw();
  }

  async more() {
    const next = await page(this.context, this.filters.asked, this.cursor, PAGE);
    const last = this.decisions.at(-1)?.id;
    this.decisions.push(...next.decisions);
    this.cursor = next.next_cursor;
    this.draw();
    find("rows").querySelector(`tr[data-id="${last}"] + tr button`)?.focus();
  }

  draw() {
    const focused = find("rows").contains(document.activeElement) ? document.activeElement.dataset.id : null;
    find("rows").replaceChildren(...this.decisions.map(row));
    if (focused) find("rows").querySelector(`button[data-id="${focused}"]`)?.focus();
    find("more").hidden = !this.cursor;
    find("no-rows").hidden = this.decisions.length > 0;
    find("no-rows").textContent = this.filters.isOpen
      ? "No decision yet: the next closed candle brings one." : "No decision fits these filters.";
  }
}

// The decisions table: pages of what the filters let through; a row opens its decision. What was opened stays open.

import { badge, element, find } from "../../element.js";
import { keepPlace } from "../../place.js";
import { moment, percent, price, reason, share } from "../../words.js";
import { page } from "./decided.js";
import { Filters } from "./filters.js";

const PAGE = 50;
const MOST = 1000;
const behind = (last, listed) => listed.slice(listed.findIndex(({ id }) => id === last?.id) + 1 || Infinity);
const cell = (kind, ...children) => element("td", kind ? { class: kind } : {}, ...children);

export function outcome({ outcome: known }) {
  if (!known || known.state === "pending") return element("span", { class: "outcome pending" }, "pending");
  if (known.state === "insufficient") return element("span", { class: "outcome" }, "no candle to measure by");
  return element("span", { class: `outcome ${known.correct ? "right" : "wrong"}` },
    element("b", {}, known.correct ? "✓ right" : "✗ wrong"), ` market ${percent(known.gross)}`);
}

function row(decision) {
  const [day, clock] = moment(decision.open_time).split(" ");
  const opener = element("button", { type: "button", class: "opener", "data-id": decision.id, "aria-haspopup": "dialog" }, element("span", { class: "nowrap" }, day), ` ${clock}`);
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

  // The newest, down to where what is listed goes on; as many as were listed where it does not.
  async load() {
    const asked = this.filters.asked;
    const name = JSON.stringify(asked);
    const isRenewal = name === this.drawnFor;
    const decisions = [];
    let [cursor, rest] = [null, []];
    do {
      const next = await page(this.context, asked, cursor, cursor ? Math.min(this.decisions.length, MOST) : PAGE);
      if (name !== JSON.stringify(this.filters.asked)) return;
      decisions.push(...next.decisions);
      cursor = next.next_cursor;
      rest = isRenewal ? behind(decisions.at(-1), this.decisions) : [];
    } while (isRenewal && cursor && !rest.length && decisions.length < this.decisions.length);
    Object.assign(this, { decisions: [...decisions, ...rest], cursor: rest.length ? this.cursor : cursor, drawnFor: name });
    this.draw();
  }

  async more() {
    const { cursor } = this;
    const next = await page(this.context, this.filters.asked, cursor, PAGE);
    if (cursor !== this.cursor) return;
    const last = this.decisions.at(-1)?.id;
    this.decisions.push(...next.decisions);
    this.cursor = next.next_cursor;
    this.draw();
    find("rows").querySelector(`tr[data-id="${last}"] + tr button`)?.focus();
  }

  draw() {
    const rows = find("rows");
    const focused = rows.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    keepPlace(rows, () => rows.replaceChildren(...this.decisions.map(row)));
    if (focused) rows.querySelector(`button[data-id="${focused}"]`)?.focus({ preventScroll: true });
    find("more").hidden = !this.cursor;
    find("no-rows").hidden = this.decisions.length > 0;
    find("no-rows").textContent = this.filters.isOpen
      ? "No decision yet: the next closed candle brings one, once a model is in charge." : "No decision fits these filters.";
  }
}

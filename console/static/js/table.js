// The decisions table.

import { badge, element, find } from "./element.js";
import { moment, percent, price, reason, share } from "./words.js";

const cell = (kind, ...children) => element("td", kind ? { class: kind } : {}, ...children);

function outcome({ outcome: known }) {
  if (!known || known.state === "pending") return element("span", { class: "outcome pending" }, "pending");
  if (known.state === "insufficient") return element("span", { class: "outcome" }, "no candle to measure by");
  const right = known.correct;
  return element("span", { class: `outcome ${right ? "right" : "wrong"}` },
    element("b", {}, right ? "✓ right" : "✗ wrong"), ` market ${percent(known.gross)}`);
}

function row(decision) {
  const made = element("tr", { "data-id": decision.id },
    cell("time", moment(decision.open_time)),
    cell("", badge(decision)),
    cell("reason", reason(decision.reason)),
    cell("number", price(decision.price)),
    cell(`number ${decision.expected_gain > decision.cost ? "good" : ""}`, percent(decision.expected_gain)),
    cell("number muted", share(decision.cost, 2)),
    cell("", outcome(decision)),
    cell("", element("span", { class: `origin ${decision.origin}` }, decision.origin === "backtest" ? "back-test" : decision.origin)),
  );
  if (decision.status === "suppressed") made.className = "suppressed";
  return made;
}

export function drawTable(decisions, nothing) {
  find("rows").replaceChildren(...decisions.map(row));
  find("no-rows").hidden = decisions.length > 0;
  find("no-rows").textContent = nothing;
}

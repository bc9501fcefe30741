// What became of a decision.

import { facts } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { age, moment, percent, price } from "../../words.js";

function pending({ close_time: closed, open_time: opened, horizon }, context) {
  const known = closed + 1 + (closed + 1 - opened) * horizon;
  const left = known - (context.marketTime() ?? closed);
  const when = left > 0 ? `in about ${age(left)}` : "with the next candle";
  return element("p", { class: "muted" }, element("b", {}, "Pending. "),
    `The result is measured from the next open to the open ${horizon} candles on, ${moment(known)} UTC: ${when}.`);
}

export function outcomePart(decision, context) {
  const { outcome } = decision;
  if (outcome.state === "pending") return pending(decision, context);
  if (outcome.state === "insufficient") return element("p", { class: "muted" }, "A candle to measure by is missing, so nobody can tell.");
  return element("div", {},
    element("p", { class: `outcome verdict ${outcome.correct ? "right" : "wrong"}` },
      element("b", {}, outcome.correct ? "✓ The decision was right" : "✗ The decision was wrong")),
    facts([
      ["The market moved", percent(outcome.gross)],
      ["Being long, costs taken off", percent(outcome.net)],
      ["From", `${price(outcome.entry_price)} at ${moment(outcome.entry_time)} UTC`],
      ["To", `${price(outcome.exit_price)} at ${moment(outcome.exit_time)} UTC`],
    ]));
}

// A decision in full, from its head to where its candles came from.

import { badge, element, pastMark } from "../../element.js";
import { moment, reason } from "../../words.js";
import { contributions } from "./contributions.js";
import { gainAgainstCost } from "./gain_scale.js";
import { outcomePart } from "./outcome.js";
import { provenancePart } from "./provenance.js";

const part = (title, ...children) => element("section", {}, element("h3", {}, title), ...children);

function head(title, ...more) {
  return element("header", {},
    element("div", {}, element("h2", { id: "drawer-title" }, ...[title].flat()), ...more),
    element("button", { id: "drawer-close", class: "icon-button close", type: "button", "aria-label": "Close" }, "✕"));
}

export function drawWaiting(dialog) {
  const bars = [90, 60, 100, 100, 70].map((wide) => element("p", { class: `skeleton w${wide}` }, "\u00a0"));
  dialog.replaceChildren(head("Decision"), element("div", { class: "drawer-body", role: "status", "aria-label": "Loading the decision" }, ...bars));
}

export function drawFailure(dialog, error) {
  dialog.replaceChildren(head("Decision"),
    element("div", { class: "drawer-body", role: "alert" }, element("p", { class: "bad" }, element("b", {}, error.title ?? "This page has failed")), element("p", {}, error.message)));
}

function said({ status, would_be: would, explanation, reason: code }) {
  const what = status === "suppressed"
    ? `Suppressed: recorded as HOLD and not acted on${would ? `; it would have been ${would}` : ""}.` : "Issued.";
  return element("p", { class: "said" }, element("b", {}, explanation.why ?? reason(code)), element("span", { class: "muted" }, ` ${what}`));
}

function flipPart({ flip }) {
  if (!flip) return element("p", { class: "muted" }, "No change of a single feature would have made another decision.");
  const near = `It was ${flip.value.toPrecision(3)}; ${Math.round(flip.distance * 100)} % of the candles in training lie between.`;
  return element("p", { class: "flip" }, element("b", {}, flip.sentence), element("span", { class: "muted" }, near));
}

export function drawExplained(dialog, decision, context) {
  const { explanation } = decision;
  const of = context.stored().find((each) => each.symbol === decision.symbol && each.exchange === decision.exchange);
  const market = of ? `${of.base}/${of.quote}` : decision.symbol;
  const place = element("p", { class: "muted" }, `${market} · ${decision.interval} candle of ${moment(decision.open_time)} UTC`,
    ...pastMark(decision), ...(decision.simulated ? [" ", element("span", { class: "chip warn" }, "simulated")] : []));
  dialog.replaceChildren(
    head([badge(decision), " ", element("span", {}, decision.status === "suppressed" ? "Suppressed decision" : "Decision")], place),
    element("div", { class: "drawer-body" },
      said(decision),
      part("Expected gain against cost", gainAgainstCost(decision, of?.quote)),
      part("What it would have taken", flipPart(explanation)),
      part("What spoke for and against", contributions(decision)),
      part("Outcome", outcomePart(decision, context)),
      part("Where it comes from", provenancePart(decision, context))));
}

// What happened to the models of the series, newest first.

import { card, chip, nothing } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment } from "../../words.js";

const KINDS = {
  trained: ["trained", ""], blocked: ["blocked", "bad"], cleared: ["cleared", "good"], refused: ["refused", "warn"], training_failed: ["training failed", "bad"],
  retrain_triggered: ["training begun", ""], promoted: ["promoted", "good"], rolled_back: ["rolled back", "warn"], expired: ["expired", "warn"],
};

function item(event) {
  const [said, kind] = KINDS[event.kind] ?? [event.kind, ""];
  return element("li", { class: `event ${kind}` }, element("time", {}, `${moment(event.time)} UTC`),
    element("p", {}, chip(said, kind), ` ${event.role}`), element("p", { class: "reason" }, event.reason),
    ...(event.model_id ? [element("p", { class: "note" }, element("code", {}, event.model_id))] : []));
}

export function drawEvents({ events }) {
  if (!events.length) return card("Events", {}, nothing("Nothing has happened to a model of this series yet."));
  return card("Events", { lead: "Newest first, by the market clock." },
    element("ol", { class: "timeline scroll tall", tabindex: "0", "aria-label": "Events of the models", "data-keep": "events" }, ...events.map(item)));
}

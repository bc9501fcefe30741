// The model of a series: what it is, how good it honestly is, and what happened to it.

import { Place } from "../drawing/panels.js";
import { named } from "../market.js";
import { drawCard } from "./model/card.js";
import { drawEvents } from "./model/events.js";
import { drawFeatures } from "./model/features.js";
import { drawLuck } from "./model/luck.js";
import { drawMonitors } from "./model/monitors.js";
import { drawMonths } from "./model/months.js";
import { drawNaive } from "./model/naive.js";
import { drawRivals } from "./model/rivals.js";

export const title = "Model";
export const every = 20_000;

const EVENTS = 40;

class ModelView {
  constructor(root, context) {
    this.context = context;
    this.places = {
      card: new Place(drawCard, "wide"), naive: new Place(drawNaive), luck: new Place(drawLuck), months: new Place(drawMonths, "wide"),
      rivals: new Place(drawRivals), features: new Place(drawFeatures), monitors: new Place(drawMonitors), events: new Place(drawEvents),
    };
    root.replaceChildren(...Object.values(this.places).map((each) => each.node));
  }

  async refresh() {
    const { model, series } = this.context;
    const [{ models: active }, { monitors }, { events }] = await Promise.all([
      model("models", { ...named(series), active: true }), model("monitors", named(series)), model("models/events", { ...named(series), limit: EVENTS })]);
    const [champion, challenger] = await Promise.all(["champion", "challenger"].map((role) => {
      const found = active.find((each) => each.role === role);
      return found ? model(`models/${found.model_id}`) : null;
    }));
    this.places.card.show({ champion, blocked: champion ? 0 : await this.blocked(), series: named(series) });
    for (const name of ["naive", "luck", "months", "features"]) this.places[name].show(champion);
    this.places.rivals.show({ champion, challenger });
    this.places.monitors.show({ monitors, hasModel: champion !== null });
    this.places.events.show({ events });
  }

  async blocked() {
    const { models } = await this.context.model("models", named(this.context.series));
    return models.filter((each) => each.verdict === "blocked").length;
  }

  close() {}
}

export async function show(root, context) {
  const view = new ModelView(root, context);
  await view.refresh();
  return view;
}

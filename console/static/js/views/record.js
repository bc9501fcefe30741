// The track record of a series: what became of its decisions, and what following them would have earned.

import { Place } from "../drawing/panels.js";
import { element } from "../element.js";
import { named } from "../market.js";
import { segments } from "../segments.js";
import { drawActions } from "./record/actions.js";
import { drawEquity } from "./record/equity.js";
import { drawForecast } from "./record/forecast.js";
import { drawSummary } from "./record/summary.js";

export const title = "Track record";

const ROLES = { Champion: "champion", Challenger: "challenger" };
const POINTS = 1_000;

class RecordView {
  constructor(root, context) {
    Object.assign(this, { context, role: "Champion" });
    this.places = { summary: new Place(drawSummary, "wide"), actions: new Place(drawActions, "wide"), equity: new Place(drawEquity, "wide"), forecast: new Place(drawForecast, "wide") };
    const field = element("fieldset", { class: "segments small" }, element("legend", {}, "Whose decisions"));
    segments(field, "role", Object.keys(ROLES), this.role, (value) => {
      this.role = value;
      return this.refresh().catch(this.context.fail);
    });
    root.replaceChildren(element("div", { class: "wide choices" }, element("span", { class: "muted" }, "Decisions of the"), field), ...Object.values(this.places).map((each) => each.node));
  }

  async refresh() {
    const { model, series } = this.context;
    const asked = { ...named(series), role: ROLES[this.role] };
    const { track_record: [record] } = await model("track-record", asked);
    const profit = record?.decisions ? await this.profit(asked) : null;
    const data = { record: record ?? null, profit, role: this.role };
    for (const place of Object.values(this.places)) place.show(data);
  }

  // A ledger of less than two candles cannot be followed yet.
  profit(asked) {
    return this.context.model("track-record/profit", { ...asked, points: POINTS }).catch((error) => {
      if (error.status !== 404) throw error;
      return null;
    });
  }

  close() {}
}

export async function show(root, context) {
  const view = new RecordView(root, context);
  await view.refresh();
  return view;
}

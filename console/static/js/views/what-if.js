// What if: the recorded ledger decided again with other settings. Nothing is changed by it.

import { Place } from "../drawing/panels.js";
import { element } from "../element.js";
import { named } from "../market.js";
import { parse, format } from "../router.js";
import { drawDifferences } from "./what-if/differences.js";
import { drawResult } from "./what-if/result.js";
import { Settings } from "./what-if/settings.js";

export const title = "What if";

const WAIT_MS = 250;
const AGAIN_MS = 60_000;
const POINTS = 400;

class WhatIfView {
  constructor(root, context) {
    Object.assign(this, { context, answeredAt: 0 });
    this.result = new Place(drawResult, "wide");
    this.differences = new Place(drawDifferences, "wide");
    this.settings = new Settings(Object.fromEntries(parse(location.hash).query), () => this.changed());
    const right = element("div", { class: "results" }, this.result.node, this.differences.node);
    root.replaceChildren(this.settings.node, right);
  }

  async begin() {
    const { model, series } = this.context;
    const { models } = await model("models", { ...named(series), active: true });
    const champion = models.find((each) => each.role === "champion");
    if (champion) this.settings.recordedAre((await model(`models/${champion.model_id}`)).card);
    await this.decide();
  }

  // Where there is no decision the API would refuse, and the browser note it as an error.
  async hasDecisions() {
    const asked = { ...named(this.context.series), role: "champion", origin: ["live", "late"], limit: 1 };
    this.has ||= (await this.context.model("decisions", asked)).decisions.length > 0;
    return this.has;
  }

  changed() {
    clearTimeout(this.timer);
    this.result.node.classList.add("waits");
    history.replaceState(null, "", format("what-if", this.context.series, new URLSearchParams(this.settings.asked())));
    this.timer = setTimeout(() => this.decide().catch((error) => this.refused(error)), WAIT_MS);
  }

  // A long ledger takes its time to decide again, and grows by a candle at a time.
  async refresh() {
    if (Date.now() - this.answeredAt > AGAIN_MS) await this.decide();
  }

  // The newest wish counts: an answer that comes after another wish is dropped.
  async decide() {
    const wish = (this.wish = JSON.stringify(this.settings.asked()));
    if (!(await this.hasDecisions())) return this.show({ refused: "No decision is recorded for this series yet, so there is nothing to decide again." }, false);
    const body = { ...named(this.context.series), ...this.settings.asked(), points: POINTS };
    const answer = await this.context.submit("what-if", body).catch((error) => {
      if (error.status !== 422) throw error;
      return { refused: error.message };
    });
    if (wish === this.wish) this.show(answer, Object.keys(this.settings.asked()).length > 0);
  }

  show(answer, isChanged) {
    this.answeredAt = Date.now();
    this.result.node.classList.remove("waits");
    this.result.show({ answer, isChanged });
    this.differences.show({ answer, isChanged });
    this.settings.tell(answer, isChanged);
  }

  refused(error) {
    if (this.context.signal.aborted) return;
    this.show({ refused: `${error.title ?? "No answer"}: ${error.message}` }, false);
  }

  close() {
    clearTimeout(this.timer);
  }
}

export async function show(root, context) {
  const view = new WhatIfView(root, context);
  await view.begin();
  return view;
}

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
const REFUSED = 422;
const MOST = 99_000; // the API decides 100,000 at once, and candles close between two questions

class WhatIfView {
  constructor(root, context) {
    Object.assign(this, { context, askedAt: 0 });
    this.result = new Place(drawResult, "wide");
    this.differences = new Place(drawDifferences, "wide");
    this.settings = new Settings(Object.fromEntries(parse(location.hash).query), () => this.changed());
    const right = element("div", { class: "results" }, this.result.node, this.differences.node);
    right.addEventListener("click", ({ target }) => target.closest(".again") && this.decide());
    root.replaceChildren(this.settings.node, right);
  }

  async begin() {
    const { model, series } = this.context;
    const { models } = await model("models", { ...named(series), active: true });
    const champion = models.find((each) => each.role === "champion");
    if (champion) this.settings.recordedAre((await model(`models/${champion.model_id}`)).card);
    this.decide();
  }

  // Where there is no decision the API would refuse, and the browser note it as an error.
  async newest() {
    const asked = { ...named(this.context.series), role: "champion", origin: ["live", "late"], limit: 1 };
    return (await this.context.model("decisions", asked)).decisions[0];
  }

  changed() {
    clearTimeout(this.timer);
    this.waits();
    history.replaceState(null, "", format("what-if", this.context.series, new URLSearchParams(this.settings.asked())));
    this.timer = setTimeout(() => this.decide(), WAIT_MS);
  }

  waits() {
    this.result.node.setAttribute("aria-busy", "true");
    this.settings.waits();
  }

  // A long ledger takes its time to decide again, and grows by a candle at a time.
  refresh() {
    if (Date.now() - this.askedAt > AGAIN_MS) this.decide();
  }

  // The newest wish counts: an answer that comes after another wish is dropped.
  async decide() {
    const asked = this.settings.asked();
    const wish = (this.wish = JSON.stringify(asked));
    this.askedAt = Date.now();
    if (wish !== this.shown) this.waits();
    const answer = await this.answer(asked).catch((error) => this.refusal(error));
    if (wish === this.wish && answer) this.show(answer, wish, Object.keys(asked).length > 0);
  }

  async answer(asked) {
    const newest = await this.newest();
    if (!newest) return { refused: "No decision is recorded for this series yet, so there is nothing to decide again." };
    const candle = newest.close_time + 1 - newest.open_time;
    const start = Math.max(0, newest.open_time - (MOST - 1) * candle);
    const body = { ...named(this.context.series), ...asked, points: POINTS, start: new Date(start).toISOString() };
    const answer = await this.context.submit("what-if", body);
    return { ...answer, newest: answer.first < start + candle ? MOST : null };
  }

  // What the API refuses or does not finish is said in its place; nothing else of the page fails by it.
  refusal(error) {
    if (error.title === undefined) return this.context.fail(error);
    if (error.status === REFUSED) return { refused: error.message };
    return { refused: `${error.title}. ${error.message}`, mayPass: true };
  }

  show(answer, wish, isChanged) {
    this.result.node.removeAttribute("aria-busy");
    this.settings.tell(answer, isChanged);
    if (answer.refused && wish === this.shown) return; // what was answered to the same wish stays
    this.shown = answer.refused ? null : wish;
    this.result.show({ answer, isChanged });
    this.differences.show({ answer, isChanged });
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

// The settings that may be tried, as sliders. One that is not moved stays as each model had it and is not sent.

import { count, mood } from "../../drawing/numbers.js";
import { card } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { percent, share, tied } from "../../words.js";

const bp = (value) => tied(`${value} bp`);
const fraction = (value) => share(value, 2);
const bars = (value) => `${value} ${value === 1 ? "candle" : "candles"}`;

// What a BUY had to bring beyond buying and selling, whose cost is paid out of what is bought.
function margin({ spec, thresholds }) {
  if (!spec || !thresholds) return undefined;
  const side = (spec.fee_bp + spec.slippage_bp) / 10_000;
  return Number((thresholds.expected_gain_above - (2 * side) / (1 - side)).toFixed(6));
}

// `recorded` reads what the model in charge decided with from its card.
const SLIDERS = [
  { name: "fee_bp", said: "Fee per side", most: 50, step: 0.5, shown: bp, recorded: (card) => card.spec?.fee_bp },
  { name: "slippage_bp", said: "Slippage per side", most: 50, step: 0.5, shown: bp, recorded: (card) => card.spec?.slippage_bp },
  { name: "margin", said: "Gain a BUY needs beyond its costs", most: 0.02, step: 0.0001, shown: fraction, recorded: margin },
  { name: "p_min", said: "Probability of a rise a BUY needs", most: 1, step: 0.005, shown: (value) => share(value), recorded: (card) => card.thresholds?.p_min },
  { name: "exit_below", said: "SELL when the expected gain is below", least: -0.02, most: 0.02, step: 0.0005, shown: fraction, recorded: () => 0 },
  { name: "cool_down", said: "Candles without a BUY after a stop", most: 168, step: 1, shown: bars, recorded: (card) => card.spec?.cool_down },
  { name: "horizon", said: "Candles until a decision is judged", least: 1, most: 48, step: 1, shown: bars, recorded: (card) => card.spec?.horizon },
];

class Slider {
  constructor(about, wished, onChange) {
    Object.assign(this, about, { onChange, least: about.least ?? 0, isMoved: wished !== undefined });
    const id = `set-${this.name}`;
    this.input = element("input", { type: "range", id, min: this.least, max: this.most, step: this.step, "aria-describedby": `${id}-was` });
    this.output = element("output", { for: id });
    this.was = element("span", { class: "note", id: `${id}-was` });
    this.back = element("button", { type: "button", class: "button small", "aria-label": `${this.said}: as recorded` }, "As recorded");
    this.node = element("div", { class: "slider" }, element("label", { for: id }, this.said), this.output, this.input, this.was, this.back);
    this.input.value = wished ?? this.least;
    this.input.addEventListener("input", () => this.move());
    this.back.addEventListener("click", () => this.reset());
    this.draw();
  }

  move() {
    this.isMoved = true;
    this.draw();
    this.onChange();
  }

  reset() {
    this.isMoved = false;
    this.input.value = this.at ?? this.least;
    this.draw();
    this.input.focus();
    this.onChange();
  }

  recordedIs(value) {
    this.at = value;
    if (!this.isMoved && Number.isFinite(value)) this.input.value = value;
    this.draw();
  }

  draw() {
    const value = Number(this.input.value);
    const said = this.isMoved ? this.shown(value) : Number.isFinite(this.at) ? this.shown(this.at) : "as recorded";
    this.output.textContent = said;
    this.input.setAttribute("aria-valuetext", this.isMoved ? said : `${said}, as recorded`);
    this.was.textContent = Number.isFinite(this.at) ? `recorded ${this.shown(this.at)}` : "as each model had it";
    this.back.hidden = !this.isMoved;
    this.node.classList.toggle("moved", this.isMoved);
  }
}

export class Settings {
  constructor(wished, onChange) {
    const known = Object.fromEntries(Object.entries(wished).filter(([, value]) => Number.isFinite(Number(value))));
    this.sliders = SLIDERS.map((about) => new Slider(about, known[about.name], onChange));
    const all = element("button", { type: "button", class: "button" }, "All as recorded");
    all.addEventListener("click", () => {
      for (const slider of this.sliders.filter((each) => each.isMoved)) slider.reset();
      all.focus();
    });
    this.glance = element("p", { class: "glance", role: "status" });
    this.node = card("Settings", { kind: "settings", lead: "Only what you move is tried; the record stays as it is." }, ...this.sliders.map((each) => each.node), this.glance, all);
  }

  waits() {
    this.glance.replaceChildren(element("span", { class: "busy" }, "Deciding the recorded ledger again …"));
  }

  // The result in a line that stays in sight of the sliders.
  tell(answer, isChanged) {
    if (answer.refused) return this.glance.replaceChildren(element("span", { class: answer.mayPass ? "bad" : "muted" }, answer.refused));
    const was = element("span", {}, "recorded ", element("b", { class: mood(answer.ledger.total) }, percent(answer.ledger.total)));
    const would = element("span", {}, "tried ", element("b", { class: mood(answer.what_if.total) }, percent(answer.what_if.total)));
    const changed = element("span", { class: "muted" }, `${count(answer.changed)} decisions change`);
    return this.glance.replaceChildren(...(isChanged ? [was, would, changed] : [was, element("span", { class: "muted" }, "nothing is tried yet")]));
  }

  recordedAre(about) {
    for (const slider of this.sliders) slider.recordedIs(slider.recorded(about));
  }

  asked() {
    return Object.fromEntries(this.sliders.filter((each) => each.isMoved).map((each) => [each.name, Number(each.input.value)]));
  }
}

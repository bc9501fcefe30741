// The pieces that views are built from: cards, tiles, facts, empty and waiting places, and renewing them.

import { element } from "../element.js";

export function card(title, { lead, chip, kind = "", tools = [] } = {}, ...children) {
  const named = [element("h2", {}, title), ...(chip ? [chip] : [])];
  const head = element("div", { class: "card-head" }, ...(tools.length ? [element("div", { class: "titled" }, ...named)] : named), ...tools);
  const intro = lead ? [element("p", { class: "card-lead" }, lead)] : [];
  return element("section", { class: `card ${kind}` }, head, element("div", { class: "card-body" }, ...intro, ...children.filter(Boolean)));
}

export function tile(title, big, note, feeling = "") {
  return element("article", { class: "tile", "data-mood": feeling },
    element("h2", {}, title), element("p", { class: "big" }, ...[big].flat()), element("p", { class: "note" }, ...[note].flat()));
}

export const tiles = (name, ...all) => element("section", { class: "tiles", "aria-label": name }, ...all);

export const unit = (name) => element("small", {}, `\u00a0${name}`);

export const chip = (said, kind = "") => element("span", { class: `chip ${kind}` }, said);

export const madeUp = () => chip("simulated", "warn");

// The exchange that a thing is of; of a made-up market the warning that it is one.
export const placeOf = ({ exchange, simulated }) => (simulated ? madeUp() : element("span", { class: "muted" }, exchange));

export function facts(rows) {
  return element("dl", { class: "facts" }, ...rows.filter(([, value]) => value !== undefined && value !== null && value !== "")
    .flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, ...[value].flat())]));
}

export const nothing = (said, ...more) => element("div", { class: "nothing" }, element("p", {}, said), ...more);

export const waiting = (name) =>
  element("div", { class: "waiting", role: "status" }, element("span", { class: "unseen" }, `Loading: ${name}`), ...Array.from({ length: 3 }, () => element("i")));

const scrolling = (holder) => [...holder.querySelectorAll("[data-keep].scroll, [data-keep] .scroll")]
  .map((each) => [each.closest("[data-keep]").dataset.keep, each]);

// What the keyboard is on, which tables are open and how far each is scrolled outlive a renewal.
function kept(holder) {
  const open = [...holder.querySelectorAll("details[open][data-keep]")].map((each) => each.dataset.keep);
  const places = new Map(scrolling(holder).map(([name, { scrollLeft, scrollTop }]) => [name, [scrollLeft, scrollTop]]));
  const active = holder.contains(document.activeElement) ? document.activeElement : null;
  return { open, places, id: active?.id, focused: active?.closest("[data-keep]") };
}

// A place that is drawn again only when what it shows has changed.
export class Place {
  constructor(draw, ...classes) {
    this.draw = draw;
    this.node = element("div", { class: ["place", ...classes].join(" ") }, waiting("one moment"));
  }

  show(data) {
    const text = JSON.stringify(data);
    if (text === this.text) return;
    const { open, places, id, focused } = kept(this.node);
    this.text = text;
    this.node.replaceChildren(...[this.draw(data)].flat().filter(Boolean));
    const named = (tag, name) => this.node.querySelector(`${tag}[data-keep="${CSS.escape(name)}"]`);
    for (const each of open.map((name) => named("details", name)).filter(Boolean)) {
      each.open = true;
      each.dispatchEvent(new Event("toggle")); // the browser's own comes when the page has become shorter
    }
    for (const [name, frame] of scrolling(this.node)) frame.scrollTo(...(places.get(name) ?? [0, 0]));
    const again = id ? this.node.querySelector(`#${CSS.escape(id)}`) : focused ? named(focused.localName, focused.dataset.keep) : null;
    (again?.matches("details") ? again.querySelector("summary") : again)?.focus({ preventScroll: true });
  }
}

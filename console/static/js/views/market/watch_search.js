// Adding a market: a search over what is stored.

import { element } from "../../element.js";

const SHOWN = 8;

export class Search {
  constructor(onChoice, offered) {
    Object.assign(this, { onChoice, offered });
    this.input = element("input", {
      type: "search", id: "watch-search", placeholder: "Add a market", "aria-label": "Add a market: search what is stored",
      role: "combobox", "aria-expanded": "false", "aria-controls": "watch-found", "aria-autocomplete": "list", autocomplete: "off",
    });
    this.found = element("ul", { id: "watch-found", role: "listbox", "aria-label": "Stored markets", hidden: "" });
    this.node = element("div", { class: "watch-search" }, this.input, this.found);
    this.input.addEventListener("input", () => this.show());
    this.input.addEventListener("focus", () => this.show());
    this.input.addEventListener("keydown", (event) => this.press(event));
    this.node.addEventListener("focusout", ({ relatedTarget }) => this.node.contains(relatedTarget) || this.hide());
    this.found.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.choose([...this.found.children].indexOf(option));
    });
  }

  show() {
    const words = this.input.value.trim().toLowerCase().replace("/", "");
    this.results = this.offered().filter((each) => `${each.symbol} ${each.base}${each.quote} ${each.exchange}`.toLowerCase().includes(words)).slice(0, SHOWN);
    this.found.replaceChildren(...this.results.map((each, at) =>
      element("li", { role: "option", id: `watch-found-${at}`, "aria-selected": "false" }, element("b", {}, `${each.base}/${each.quote}`), element("small", {}, each.exchange))));
    if (!this.results.length) this.found.replaceChildren(element("li", { class: "muted", role: "option", "aria-disabled": "true", "aria-selected": "false" }, words ? "Nothing stored fits" : "Every stored market is watched"));
    this.point(words && this.results.length ? 0 : -1);
    this.found.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
  }

  hide() {
    this.found.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  point(at) {
    this.at = at;
    [...this.found.children].forEach((each, place) => each.setAttribute("aria-selected", place === at));
    if (at >= 0) this.input.setAttribute("aria-activedescendant", `watch-found-${at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  press(event) {
    const last = (this.results?.length ?? 0) - 1;
    if (event.key === "ArrowDown") this.point(Math.min(this.at + 1, last));
    else if (event.key === "ArrowUp") this.point(Math.max(this.at - 1, 0));
    else if (event.key === "Enter" && this.at >= 0) this.choose(this.at);
    else if (event.key === "Escape") this.hide();
    else return;
    event.preventDefault();
  }

  choose(at) {
    const chosen = this.results?.[at];
    if (!chosen) return;
    this.input.value = "";
    this.onChoice(chosen);
    this.show();
  }
}

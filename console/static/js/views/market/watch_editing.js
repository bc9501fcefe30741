// Adding, removing and reordering, by pointer and by keyboard.

import { element } from "../../element.js";

const LINK = ".watch-link";

export class Editing {
  constructor(watch) {
    this.watch = watch;
    this.button = element("button", { type: "button", class: "button small", "aria-pressed": "false" }, "Edit");
    this.button.addEventListener("click", () => this.toggle(this.button.getAttribute("aria-pressed") !== "true"));
    watch.items.addEventListener("click", (event) => this.press(event));
    watch.items.addEventListener("keydown", (event) => this.walk(event));
  }

  toggle(isEditing) {
    this.button.setAttribute("aria-pressed", isEditing);
    this.button.textContent = isEditing ? "Done" : "Edit";
    this.watch.node.classList.toggle("editing", isEditing);
  }

  add({ exchange, symbol }) {
    this.watch.change([...this.watch.list, { exchange, symbol }], `${symbol} is watched`);
  }

  remove(at) {
    const { list, items } = this.watch;
    this.watch.change(list.filter((_, place) => place !== at), `${list[at].symbol} is no longer watched`);
    (items.children[Math.min(at, list.length - 2)]?.querySelector(".remove") ?? this.button).focus();
  }

  // `focus` names the part of the row that had the keyboard and keeps it.
  move(at, by, focus) {
    const list = [...this.watch.list];
    const to = at + by;
    if (to < 0 || to >= list.length) return;
    list.splice(to, 0, ...list.splice(at, 1));
    this.watch.change(list, `${list[to].symbol} is number ${to + 1} of ${list.length}`);
    this.watch.items.children[to].querySelector(focus).focus();
  }

  place(node) {
    return [...this.watch.items.children].indexOf(node.closest("li"));
  }

  press({ target }) {
    const button = target.closest("button");
    if (!button) return;
    const at = this.place(button);
    if (button.matches(".remove")) this.remove(at);
    else if (button.matches(".earlier")) this.move(at, -1, ".earlier");
    else this.move(at, 1, ".later");
  }

  // Arrows walk through the list; with Alt they take the market along.
  walk(event) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.target.closest("li")) return;
    event.preventDefault();
    const at = this.place(event.target);
    if (event.altKey) this.move(at, by, LINK);
    else this.watch.items.children[at + by]?.querySelector(LINK).focus();
  }
}

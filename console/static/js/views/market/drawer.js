// The decision drawer. A modal dialog keeps the keyboard inside, closes on Escape and gives the focus back.

import { element, find } from "../../element.js";
import { format, parse } from "../../router.js";
import { explained } from "./decided.js";
import { drawExplained, drawFailure, drawWaiting } from "./explained.js";

const addressed = () => parse(location.hash);

function keepInAddress(id) {
  const { view, wish, query } = addressed();
  if (id) query.set("decision", id);
  else query.delete("decision");
  history.replaceState(null, "", format(view, wish, query));
}

export class Drawer {
  constructor(root, context) {
    this.context = context;
    this.dialog = element("dialog", { class: "drawer", id: "drawer", "aria-labelledby": "drawer-title" });
    this.dialog.addEventListener("close", () => keepInAddress(null));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog || event.target.closest(".close")) this.dialog.close();
    });
    root.append(this.dialog);
  }

  openAddressed() {
    const id = addressed().query.get("decision");
    return id ? this.open(id) : undefined;
  }

  async open(id) {
    this.id = id;
    drawWaiting(this.dialog);
    if (!this.dialog.open) this.dialog.showModal();
    keepInAddress(id);
    await this.fill();
  }

  // An outcome that is pending today is known tomorrow: an open drawer asks again.
  async refresh() {
    if (this.dialog.open && this.isPending) await this.fill();
  }

  async fill() {
    const { id } = this;
    try {
      const decision = await explained(this.context, id);
      if (id !== this.id) return;
      this.isPending = decision.outcome.state === "pending";
      drawExplained(this.dialog, decision, this.context);
      find("drawer-close").focus();
    } catch (error) {
      if (!this.context.signal.aborted) drawFailure(this.dialog, error);
    }
  }
}

// Which decisions the table lists.

import { element } from "../../element.js";
import { reason, REASONS } from "../../words.js";

const CHOICES = {
  action: ["Action", [["", "All actions"], ["BUY", "BUY"], ["SELL", "SELL"], ["HOLD", "HOLD"]]],
  status: ["Status", [["", "Issued or suppressed"], ["issued", "Issued"], ["suppressed", "Suppressed"]]],
  origin: ["Origin", [["", "All origins"], ["live,late", "Live and late"], ["live", "Live"], ["late", "Late"], ["backtest", "Back-test"]]],
  reason: ["Reason", [["", "All reasons"], ...Object.keys(REASONS).map((code) => [code, reason(code)])]],
};

export class Filters {
  constructor(form, onChange) {
    this.form = form;
    const selects = Object.entries(CHOICES).map(([name, [label, options]]) =>
      element("select", { name, "aria-label": label }, ...options.map(([value, said]) => element("option", { value }, said))));
    form.replaceChildren(...selects);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", onChange);
  }

  // As the API takes them: several values as a list, none where everything is wanted.
  get asked() {
    const chosen = [...new FormData(this.form)].filter(([, value]) => value);
    return Object.fromEntries(chosen.map(([name, value]) => [name, value.split(",")]));
  }

  get isOpen() {
    return Object.keys(this.asked).length === 0;
  }
}

// One of a few: radio buttons that look like one control.

import { element } from "./element.js";

// `holder` is a fieldset with a legend; drawn anew it keeps the keyboard where it was.
export function segments(holder, name, values, chosen, onChoice) {
  const focused = holder.contains(document.activeElement);
  const options = values.map((value) => {
    const id = `${name}-${value}`;
    const input = element("input", { type: "radio", name, id, value });
    input.checked = value === chosen;
    input.addEventListener("change", () => onChoice(value));
    return [input, element("label", { for: id }, value)];
  });
  holder.replaceChildren(holder.querySelector("legend"), ...options.flat());
  if (focused) holder.querySelector("input:checked")?.focus();
}

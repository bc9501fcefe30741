import { element } from "../element.js";

export const title = "Model";

export async function show(root) {
  root.replaceChildren(element("p", { class: "card empty" }, "Nothing is shown here yet."));
  return { refresh() {}, close() {} };
}

// The way between the views: plain links, so that keyboard, back button and new tabs work by themselves.

import { element } from "./element.js";
import { format, VIEWS } from "./router.js";

export function drawNavigation(holder, current, series) {
  const links = Object.entries(VIEWS).map(([view, name]) => {
    const link = element("a", { href: format(view, series) }, name);
    if (view === current) link.setAttribute("aria-current", "page");
    return link;
  });
  const focused = [...holder.children].indexOf(document.activeElement);
  holder.replaceChildren(...links);
  if (focused >= 0) links[focused].focus();
  const { offsetLeft, offsetWidth } = links.find((each) => each.hasAttribute("aria-current"));
  holder.scrollLeft = offsetLeft + offsetWidth / 2 - holder.clientWidth / 2;
}

// Shapes of inline drawings. Colours come from classes of the style sheet, so that light and dark need no second
// drawing.

const SVG = "http://www.w3.org/2000/svg";

export function shape(name, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export const line = (x1, y1, x2, y2, kind) => shape("line", { x1, y1, x2, y2, class: kind });

export const words = (x, y, said, kind, anchor = "start") => shape("text", { x, y, class: kind, "text-anchor": anchor }, said);

// Shown by the browser while the pointer rests on the shape.
export const tip = (said) => shape("title", {}, said);

export const percentOf = (part) => `${Math.min(Math.max(part, 0), 1) * 100}%`;

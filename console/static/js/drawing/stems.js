// A value for each stretch of time as a stem from a middle line.

import { Plot } from "./axes.js";
import { line, shape, tip } from "./svg.js";

// `points`: [{ start, end, value, said }].
export function stems(points, { format, middle }, width, height) {
  const known = points.filter((each) => Number.isFinite(each.value));
  const plot = new Plot(width, height, {
    across: [points[0].start, points.at(-1).end], upwards: [...known.map((each) => each.value), middle], format, margin: 0.12,
  });
  const parts = known.map((each) => {
    const x = plot.x((each.start + each.end) / 2);
    const kind = each.value >= middle ? "above" : "below";
    return shape("g", { class: `stem ${kind}` }, tip(each.said),
      line(x, plot.y(middle), x, plot.y(each.value), ""), shape("circle", { cx: x, cy: plot.y(each.value), r: 4 }));
  });
  return [...plot.grid(), line(plot.left, plot.y(middle), plot.right, plot.y(middle), "level"), ...parts];
}

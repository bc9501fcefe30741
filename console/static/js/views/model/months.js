// The walk-forward, block by block: refitted before each, judged on it.

import { asTable, drawn, tableOf } from "../../drawing/figure.js";
import { count, counted, ratio } from "../../drawing/numbers.js";
import { card, nothing } from "../../drawing/panels.js";
import { stems } from "../../drawing/stems.js";
import { element } from "../../element.js";
import { moment, share } from "../../words.js";

const HEIGHT = 200;
const day = (ms) => moment(ms).slice(0, 10);
const told = (fold) => `${day(fold.start)} to ${day(fold.end)}: accuracy ${Number.isFinite(fold.accuracy) ? share(fold.accuracy) : "not judged"}, learnt from ${counted(fold.trained_rows, "candle")}`;

function table(folds) {
  const columns = [{ name: "From (UTC)" }, { name: "To (UTC)" }, ...["Learnt from candles", "Accuracy", "AUC", "Probability a BUY needs"].map((name) => ({ name, number: true }))];
  const rows = folds.map((fold) => [day(fold.start), day(fold.end), count(fold.trained_rows), Number.isFinite(fold.accuracy) ? share(fold.accuracy) : "closed", ratio(fold.auc, 3), share(fold.p_min)]);
  return tableOf(columns, rows, "Blocks of the walk-forward");
}

export function drawMonths(champion) {
  if (!champion) return null;
  const folds = champion.card.folds ?? [];
  const judged = folds.filter((fold) => Number.isFinite(fold.accuracy));
  if (!judged.length) return card("Walk-forward", {}, nothing("No block has been judged yet."));
  const above = judged.filter((fold) => fold.accuracy > 0.5).length;
  const closed = folds.length - judged.length;
  const lead = `${count(above)} of ${counted(judged.length, "block")} above 50 %.${closed ? ` ${counted(closed, "newer block")} ${closed === 1 ? "is" : "are"} closed to every judgement.` : ""}`;
  const points = judged.map((fold) => ({ start: fold.start, end: fold.end, value: fold.accuracy, said: told(fold) }));
  const label = `Accuracy of each block of the walk-forward. ${judged.map(told).join(". ")}`;
  return card("Walk-forward, block by block", { lead }, element("figure", { class: "figure" },
    drawn(label, HEIGHT, (width) => stems(points, { format: (value) => share(value, 0), middle: 0.5 }, width, HEIGHT)),
    asTable("Blocks of the walk-forward", () => table(folds))));
}

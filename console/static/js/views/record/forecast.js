// The forecasts behind the decisions: reliability, and how often the direction was called.

import { card, nothing } from "../../drawing/panels.js";
import { reliability } from "../../drawing/reliability.js";
import { whiskers } from "../../drawing/whiskers.js";
import { element } from "../../element.js";
import { count } from "../../drawing/numbers.js";
import { share } from "../../words.js";
import { standing } from "./summary.js";

function directions(forecast) {
  return whiskers([
    { name: "Direction called", value: forecast.accuracy, interval: forecast.accuracy_interval, kind: "ours" },
    { name: "Always the usual direction", value: forecast.base_rate, kind: "benchmark" },
    ...(forecast.persistence === null ? [] : [{ name: "The last direction again", value: forecast.persistence, kind: "benchmark" }]),
  ], { format: (value) => share(value), middle: 0.5 });
}

export function drawForecast({ record }) {
  if (!record?.decisions) return null;
  const lead = "Forecasts whose outcome is known, in tenths of the forecast probability of a rise. Neighbouring outcomes share candles, which widens the intervals.";
  if (!record.calibration.length) {
    return card("Does it keep its word?", { lead }, nothing(`No outcome is known yet: ${count(record.pending)} are pending.`));
  }
  const { forecast } = record;
  return card("Does it keep its word?", { lead },
    element("div", { class: "pair" },
      element("div", {}, reliability("Reliability of the forecasts", record.calibration)),
      element("div", {}, element("h3", {}, `Directions called right in ${count(forecast.count)} forecasts`), directions(forecast),
        element("p", { class: "remark" }, standing(forecast), ` ${forecast.standing_reason}.`))));
}

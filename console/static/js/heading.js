// What stands above a view: where we are, the series, and the address that says both.

import { find } from "./element.js";
import { drawNavigation } from "./navigation.js";
import { format, parse, VIEWS } from "./router.js";
import { drawSeriesBar } from "./series_bar.js";

export function drawHeading({ view, module, series, stored, states, choose }) {
  const about = module.ofSeries === false ? null : series;
  history.replaceState(null, "", format(view, series, parse(location.hash).query));
  drawNavigation(find("views"), view, series);
  drawSeriesBar(find("series"), stored, about, choose);
  states.simulated(series?.simulated ?? false);
  find("view-title").textContent = module.title;
  document.title = [about && `${series.symbol} ${series.interval}`, VIEWS[view], "OPA Crypto"].filter(Boolean).join(" · ");
}

// Choosing a series: a list of the stored markets, and the intervals of the chosen one.

import { element } from "./element.js";
import { segments } from "./segments.js";

const market = (each) => `${each.exchange}/${each.symbol}`;

function offered(stored) {
  const groups = Map.groupBy(new Map(stored.map((each) => [market(each), each])).values(), (each) => each.exchange);
  return [...groups].map(([exchange, markets]) => element("optgroup", { label: exchange },
    ...markets.map((each) => element("option", { value: market(each) }, `${each.base}/${each.quote}`))));
}

export function drawSeriesBar(holder, stored, series, onChoice) {
  holder.hidden = !series;
  if (!series) return;
  const [select, intervals] = [holder.querySelector("select"), holder.querySelector("fieldset")];
  const drawn = stored.map((each) => each.id).join();
  if (select.dataset.drawn !== drawn) select.replaceChildren(...offered(stored));
  select.dataset.drawn = drawn;
  select.value = market(series);
  select.onchange = () => {
    const [exchange, symbol] = select.value.split("/");
    onChoice({ exchange, symbol });
  };
  const names = stored.filter((each) => market(each) === market(series)).map((each) => each.interval);
  segments(intervals, "interval", names, series.interval, (interval) => onChoice({ interval }));
}

// Choosing a series: exchange, symbol and interval; the choice is kept in the address.

import { element, find } from "./element.js";

const unique = (values) => [...new Set(values)];

export function segments(holder, name, values, chosen, onChoice) {
  const options = values.map((value) => {
    const id = `${name}-${value}`;
    const input = element("input", { type: "radio", name, id, value });
    input.checked = value === chosen;
    input.addEventListener("change", () => onChoice(value));
    return [input, element("label", { for: id }, value)];
  });
  holder.replaceChildren(holder.querySelector("legend"), ...options.flat());
}

export class Picker {
  constructor(onChoice) {
    this.onChoice = onChoice;
    this.series = [];
    this.chosen = null;
    window.addEventListener("hashchange", () => this.take(decodeURIComponent(location.hash.slice(1))));
  }

  offer(series) {
    const changed = series.map((each) => each.id).join() !== this.series.map((each) => each.id).join();
    this.series = series;
    if (!series.length) return;
    if (!this.chosen) this.take(decodeURIComponent(location.hash.slice(1)));
    else if (changed) this.draw();
  }

  take(id) {
    const found = this.series.find((each) => each.id === id) ?? this.chosen ?? this.series[0];
    if (!found || found === this.chosen) return;
    this.chosen = found;
    history.replaceState(null, "", `#${found.id}`);
    this.draw();
    this.onChoice(found);
  }

  // The series nearest to a wish: the wish itself, then as much of the present choice as exists.
  near(wish) {
    const wanted = { ...this.chosen, ...wish };
    const fit = (each) => ["interval", "symbol", "exchange"].reduce(
      (score, key, weight) => score + (each[key] === wanted[key] ? 2 ** weight : 0) + (key in wish && each[key] === wish[key] ? 10 : 0), 0);
    this.take([...this.series].sort((a, b) => fit(b) - fit(a))[0].id);
  }

  draw() {
    const { exchange, symbol, interval } = this.chosen;
    const here = this.series.filter((each) => each.exchange === exchange);
    const symbols = unique(here.map((each) => each.symbol));
    const intervals = unique(here.filter((each) => each.symbol === symbol).map((each) => each.interval));
    segments(find("symbols"), "symbol", symbols, symbol, (value) => this.near({ symbol: value }));
    segments(find("intervals"), "interval", intervals, interval, (value) => this.near({ interval: value }));
    this.drawExchanges(unique(this.series.map((each) => each.exchange)), exchange);
  }

  drawExchanges(exchanges, chosen) {
    const select = find("exchange");
    select.hidden = exchanges.length < 2;
    select.replaceChildren(...exchanges.map((name) => element("option", { value: name }, name)));
    select.value = chosen;
    select.onchange = () => this.near({ exchange: select.value });
  }
}

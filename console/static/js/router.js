// The address: `#/view/exchange/SYMBOL/interval?name=value`. Links, reloads and the back button all read it.

export const VIEWS = {
  market: "Market",
  portfolio: "Portfolio",
  record: "Record",
  quality: "Quality",
  model: "Model",
  "what-if": "What if",
  jobs: "Jobs",
};

export function parse(hash) {
  const [path, query] = hash.replace(/^#\/?/, "").split("?");
  const [view, exchange, symbol, interval] = path.split("/").map(decodeURIComponent);
  return {
    view: Object.hasOwn(VIEWS, view) ? view : "market",
    wish: { exchange, symbol, interval },
    query: new URLSearchParams(query),
  };
}

export function format(view, series, query = new URLSearchParams()) {
  const place = series ? [series.exchange, series.symbol, series.interval] : [];
  const path = [view, ...place].map(encodeURIComponent).join("/");
  return `#/${path}${query.size ? `?${query}` : ""}`;
}

// The stored series nearest to a wish. Where nothing is wished: an hourly one, as its chart says most at a glance.
export function nearest(stored, wish) {
  const worth = { symbol: 8, exchange: 4, interval: 2 };
  const fit = (each) => Object.entries(worth)
    .reduce((sum, [key, points]) => sum + (each[key] === wish[key] ? points : 0), each.interval === "1h" ? 1 : 0);
  return stored.reduce((best, each) => (best && fit(best) >= fit(each) ? best : each), null);
}

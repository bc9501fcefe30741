// The watched markets, kept in this browser. What was kept may be anything: only markets come back.

const KEY = "opa.watched";
const AT_FIRST = 8;

const isMarket = (each) => typeof each?.exchange === "string" && typeof each?.symbol === "string";
export const isSame = (one) => (other) => one.exchange === other.exchange && one.symbol === other.symbol;

function kept() {
  try {
    const read = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(read) ? read.filter(isMarket) : null;
  } catch {
    return null;
  }
}

export function markets(stored) {
  return stored.filter((each, place) => stored.findIndex(isSame(each)) === place);
}

// Until somebody chooses, the first of what is stored.
export const watched = (stored) => kept() ?? markets(stored).slice(0, AT_FIRST);

export function keep(list) {
  try {
    localStorage.setItem(KEY, JSON.stringify(list.map(({ exchange, symbol }) => ({ exchange, symbol }))));
  } catch {
    // A browser that keeps nothing shows the list until the page is left.
  }
}

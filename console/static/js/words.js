// Numbers, times and codes as a person reads them. Times are UTC. No line breaks within a number or before its unit.

const TIED = "\u00a0";
const UNITS = /(?<=\d) (?=(?:%|bp|s|min|h|days|UTC)(?!\w))/g;

// A sentence with its numbers tied to their units.
export const tied = (text) => text.replace(UNITS, TIED).replace(/(?<=\d)%/g, `${TIED}%`);
// An amount with what it is counted in.
export const money = (text, asset) => `${text}${TIED}${asset}`;

export const REASONS = {
  expected_gain_above_cost: "Expected gain is above the round-trip cost",
  expected_gain_below_zero: "Expected gain fell below zero",
  stop_loss: "Stop loss was hit",
  no_edge: "No edge: the gain does not pay, or a rise is no likelier than usual",
  hold_position: "Holding: nothing speaks for selling",
  stale_data: "Suppressed: the data is too old",
  contaminated_window: "Suppressed: too many candles of the window are missing, unconfirmed or changed",
  model_expired: "Suppressed: the model has expired",
  insufficient_history: "Suppressed: too little history",
  out_of_distribution: "Suppressed: the market looks unlike the training data",
  position_state: "Suppressed: a BUY while the position is already long",
  cool_down: "Suppressed: a BUY too soon after a stop-loss",
};

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");

export const reason = (code) => REASONS[code] ?? capital(code);

export function percent(fraction, digits = 2) {
  if (fraction === null || fraction === undefined) return "–";
  const text = Math.abs(fraction * 100).toFixed(digits);
  const sign = Number(text) === 0 ? "" : fraction > 0 ? "+" : "−";
  return `${sign}${text}${TIED}%`;
}

export const share = (fraction, digits = 1) => `${(fraction * 100).toFixed(digits)}${TIED}%`;

// Exact text with thousands separated by narrow spaces; no digit is lost or added.
export function price(text) {
  const [whole, fraction] = String(text).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
  return fraction ? `${grouped}.${fraction}` : grouped;
}

// 1 234 567 as 1.23M: enough for a volume.
export const compact = (number) => new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 }).format(number);

export function decimals(texts) {
  const most = Math.max(...texts.map((each) => (each.split(".")[1] ?? "").length));
  return Math.min(Math.max(most, 2), 8);
}

const pad = (number) => String(number).padStart(2, "0");

export function moment(ms) {
  const when = new Date(ms);
  const day = `${when.getUTCFullYear()}-${pad(when.getUTCMonth() + 1)}-${pad(when.getUTCDate())}`;
  return `${day} ${pad(when.getUTCHours())}:${pad(when.getUTCMinutes())}`;
}

export const clock = (ms) => new Date(ms).toISOString().slice(11, 19);

export function age(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds}${TIED}s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)}${TIED}min`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)}${TIED}h`;
  return `${Math.round(seconds / 86400)}${TIED}days`;
}

// From values to places, and the round values that a scale is labelled with.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [1, 2, 5, 10, 15, 30].map((n) => n * MINUTE).concat([1, 2, 3, 6, 12].map((n) => n * HOUR), [1, 2, 4, 7, 14].map((n) => n * DAY));
const MONTH_STEPS = [1, 2, 3, 6, 12, 24, 60];

export const linear = ([low, high], [from, to]) => (value) => from + ((value - low) / (high - low || 1)) * (to - from);

// What holds all values, a little wider; never without width.
export function extent(values, margin = 0.06) {
  const known = values.filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const spare = (high - low) * margin || Math.abs(high) * 0.01 || 0.01;
  return [low - spare, high + spare];
}

export function ticks([low, high], about) {
  const rough = (high - low) / Math.max(about, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

const digits = (number) => String(number).padStart(2, "0");

function dayOf(ms) {
  const when = new Date(ms);
  return `${digits(when.getUTCMonth() + 1)}-${digits(when.getUTCDate())}`;
}

function clockOf(ms) {
  const when = new Date(ms);
  const midnight = ms % DAY === 0;
  return midnight ? dayOf(ms) : `${digits(when.getUTCHours())}:${digits(when.getUTCMinutes())}`;
}

function monthTicks(low, high, step) {
  const found = [];
  const from = new Date(low);
  for (let month = Math.ceil((from.getUTCFullYear() * 12 + from.getUTCMonth()) / step) * step; ; month += step) {
    const time = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (time > high) return found;
    if (time >= low) found.push({ time, label: `${Math.floor(month / 12)}-${digits((month % 12) + 1)}` });
  }
}

// Round times in UTC: minutes of the clock, days, or firsts of months.
export function timeTicks([low, high], about) {
  const rough = (high - low) / Math.max(about, 1);
  const step = STEPS.find((each) => each >= rough);
  if (!step) return monthTicks(low, high, MONTH_STEPS.find((each) => each * 30.4 * DAY >= rough) ?? 120);
  const label = step < DAY ? clockOf : dayOf;
  const first = Math.ceil(low / step) * step;
  return Array.from({ length: Math.floor((high - first) / step) + 1 }, (_, at) => first + at * step)
    .map((time) => ({ time, label: label(time) }));
}

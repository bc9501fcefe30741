// Numbers with their units, as the views write them.

import { tied } from "../words.js";

const NARROW = "\u202f"; // as the thin space, but no line breaks there
const MINUS = "−";

export const count = (number) => String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, NARROW);

export const counted = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

export function ratio(number, digits = 2) {
  if (!Number.isFinite(number)) return "–";
  return `${number < 0 && Number(number.toFixed(digits)) !== 0 ? MINUS : ""}${Math.abs(number).toFixed(digits)}`;
}

export function basisPoints(number, digits = 1) {
  if (!Number.isFinite(number)) return "–";
  return tied(`${number > 0 ? "+" : ""}${ratio(number, digits)} bp`);
}

// An exact decimal for reading: rounded to as many digits as tell something.
export function amount(text, digits) {
  if (text === null || text === undefined) return "–";
  const value = Number(text);
  const shown = digits ?? (Math.abs(value) >= 1 ? 2 : Math.abs(value) >= 0.01 ? 4 : 8);
  const [whole, fraction] = Math.abs(value).toFixed(shown).split(".");
  const sign = value < 0 ? MINUS : "";
  return `${sign}${count(whole)}${fraction ? `.${fraction}` : ""}`;
}

export function signedAmount(value, digits = 2) {
  if (!Number.isFinite(value)) return "–";
  return `${value > 0 ? "+" : ""}${amount(value, digits)}`;
}

export function duration(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours) return tied(`${hours} h ${minutes} min`);
  return tied(minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`);
}

export const mood = (number) => (number > 0 ? "good" : number < 0 ? "bad" : "");

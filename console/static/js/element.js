// Small pieces of the page, made without markup in strings: what an API says is only ever text.

import { tied } from "./words.js";

export const find = (id) => document.getElementById(id);

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.map((each) => (typeof each === "string" ? tied(each) : each)));
  return made;
}

// Beside every decision of the past that nobody could have followed.
export const pastMark = ({ origin }) => (origin === "backtest" ? [" ", element("span", { class: "chip warn" }, "back-test")] : []);

export function badge(decision) {
  const suppressed = decision.status === "suppressed";
  const action = suppressed ? (decision.would_be ?? decision.action) : decision.action;
  const made = element("span", { class: `badge ${action.toLowerCase()}${suppressed ? " hollow" : ""}` }, action);
  if (suppressed) made.title = `Would have been ${action}; suppressed`;
  return made;
}

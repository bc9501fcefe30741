// Colours come from the style sheet, so that the chart follows light and dark.

let read = {};
const dark = matchMedia("(prefers-color-scheme: dark)");
dark.addEventListener("change", () => { read = {}; });

export function colour(name) {
  read[name] ??= getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return read[name];
}

export const onThemeChange = (act, signal) => dark.addEventListener("change", act, { signal });

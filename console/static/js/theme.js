// Colours come from the style sheet, so that the chart follows light and dark.

let read = {};

export function colour(name) {
  read[name] ??= getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  return read[name];
}

export function onThemeChange(act) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    read = {};
    act();
  });
}

// Walking through the candles by keyboard.

const STEPS = { ArrowLeft: -1, ArrowRight: 1, PageUp: -24, PageDown: 24, Home: -Infinity, End: Infinity };

export function walkByKeys(holder, chart, { onMove, onChoose }) {
  let at = null;
  holder.addEventListener("keydown", (event) => {
    const times = [...chart.candles.keys()];
    const isEnter = event.key === "Enter" && at !== null;
    if (!isEnter && (!(event.key in STEPS) || !times.length)) return undefined;
    // Else Enter would press the button that has the keyboard next.
    event.preventDefault();
    if (isEnter) return onChoose(at);
    const from = at === null ? times.length : times.indexOf(at);
    at = times[Math.min(Math.max(from + STEPS[event.key], 0), times.length - 1)];
    chart.pointAt(at);
    return onMove(at);
  });
  holder.addEventListener("blur", () => {
    at = null;
    chart.pointAt(null);
  });
}

// How a job is started: this page has a key that only reads.

import { card } from "../../drawing/panels.js";
import { element } from "../../element.js";

const CHOSEN = { exchange: "simulated", symbol: "BTCUSDT", interval: "1h" };

function command(name, text) {
  const copy = element("button", { type: "button", class: "button small copy" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  return element("div", { class: "command" }, element("h3", {}, name),
    element("pre", { tabindex: "0", role: "group", "aria-label": name }, element("code", {}, text)), copy);
}

export function drawStart(series) {
  const { exchange, symbol, interval } = series ?? CHOSEN;
  const name = `${exchange}/${symbol}/${interval}`;
  const body = JSON.stringify({ exchange, symbol, interval });
  return card("Start a job", { lead: "This page only reads. Whoever has the key that may operate starts a training from a terminal; a model in use goes on deciding until the new one is judged." },
    command("On this machine", `python -m model_service train --series ${name} --force`),
    command("Over the API", `curl -H "X-API-Key: $OPA_API_KEY" --json '${body}' http://127.0.0.1:8102/v1/models/train`));
}

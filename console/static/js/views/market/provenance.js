// Where a decision comes from: its model, its candles, and the fingerprints that let it be made again.

import { facts } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { age, moment } from "../../words.js";

const SOURCES = { archive: "archive", rest: "REST", stream: "stream", file: "file" };
const ORIGINS = { live: "live", late: "late, after an outage", backtest: "back-test" };

const sources = (counts) => Object.entries(counts).map(([name, bars]) => `${bars} ${SOURCES[name] ?? name}`).join(", ");
const print = (hash) => (hash ? element("code", { title: hash }, hash.slice(0, 12)) : null);

function candles(provenance) {
  if (!provenance) return [["Candles", "not recorded for this decision"]];
  return [
    ["Candles", `${provenance.bars}, ${moment(provenance.start)} to ${moment(provenance.end)} UTC`],
    ["Read from", sources(provenance.sources)],
    ["Missing", provenance.missing],
    ["Revised since", provenance.revised],
    ["Not confirmed", provenance.provisional],
  ].map(([name, value]) => [name, String(value)]);
}

export function provenancePart(decision, context) {
  const { explanation: { provenance, fingerprints } } = decision;
  const decided = `${ORIGINS[decision.origin] ?? decision.origin}, ${age(decision.decided_at - decision.close_time)} after the close`;
  const position = decision.position_before === decision.position_after
    ? decision.position_after : `${decision.position_before} → ${decision.position_after}`;
  return facts([
    ["Model", element("a", { href: context.href("model") }, decision.model_id)],
    ["Back-test", decision.run_id],
    ["Decided", decision.origin === "backtest" ? ORIGINS.backtest : decided],
    ["Position", position],
    ...candles(provenance),
    ["Fingerprint of the candles", print(fingerprints.data)],
    ["of the features", print(fingerprints.features)],
    ["of the model", print(fingerprints.model)],
    ["Decision", print(decision.id)],
  ]);
}

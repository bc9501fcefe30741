// The record at a glance, and how every closed candle is accounted for.

import { count, counted, mood } from "../../drawing/numbers.js";
import { chip, nothing, tile, tiles, unit } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment, percent, share } from "../../words.js";

const STANDINGS = { better: ["Better than its base rate", "good"], worse: ["Worse than its base rate", "bad"], unknown: ["Not told apart from its base rate", "warn"] };

export function standing(results) {
  const [said, kind] = STANDINGS[results.standing];
  return chip(said, kind);
}

// In a row of many: the word alone, with the reason behind it.
export function standingInShort(results) {
  const kind = STANDINGS[results.standing][1];
  if (results.standing === "unknown") return [`unclear: ${results.standing_reason}`];
  return [element("em", { class: kind }, results.standing), `: ${results.standing_reason}`];
}

const ends = (interval) => (interval ? `${share(interval[0])} to ${share(interval[1])}` : "no interval yet");

function rightTile(record) {
  if (record.accuracy === null) return tile("Right so far", "–", `${counted(record.pending, "decision")} pending: outcomes come after the horizon`);
  const note = `95 % interval ${ends(record.accuracy_interval)} · base rate ${share(record.base_rate)}`;
  return tile("Right so far", [share(record.accuracy), unit(`of ${count(record.win + record.loss)}`)], note);
}

function waitingTile(record) {
  return tile("Without an outcome", [count(record.pending + record.insufficient)],
    `${count(record.pending)} pending, ${count(record.insufficient)} insufficient: a candle that the outcome needs is missing`);
}

function profitTiles(profit) {
  if (!profit) return [tile("Following the decisions", "–", "nothing to follow yet")];
  const { following, buy_and_hold: hold } = profit;
  return [
    tile("Following the decisions", percent(following.total), `buy and hold ${percent(hold.total)} over the same candles, costs paid`, mood(following.total)),
    tile("Deepest fall from a high", share(following.max_drawdown), `buy and hold ${share(hold.max_drawdown)}`),
  ];
}

function accounted({ candles }) {
  const parts = [`${count(candles.decided)} of ${counted(candles.closed, "closed candle")} since ${moment(candles.first)} UTC ${candles.closed === 1 ? "is" : "are"} decided`];
  if (candles.undecided) parts.push(`${count(candles.undecided)} undecided`);
  parts.push(candles.missing ? `${counted(candles.missing, "candle")} the exchange never gave` : "no candle is missing");
  if (candles.withdrawn) parts.push(`${counted(candles.withdrawn, "decision")} on candles that were taken back`);
  return `${parts.join(" · ")}. Nothing is left out.`;
}

export function drawSummary({ record, profit, role }) {
  if (!record?.decisions) {
    return nothing(`No decision of the ${role.toLowerCase()} is recorded for this series yet: the next closed candle brings one once a model is in charge.`);
  }
  return [
    tiles("The record at a glance",
      tile("Decisions", count(record.decisions), Object.entries(record.origins).map(([name, n]) => `${count(n)} ${name}`).join(", ")),
      rightTile(record), waitingTile(record), ...profitTiles(profit)),
    element("p", { class: "remark" }, standing(record), ` ${record.standing_reason}. `, record.candles ? accounted(record) : ""),
  ];
}

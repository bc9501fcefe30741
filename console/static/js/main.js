// The page: loads the chosen series, then keeps itself fresh.

import { CandleChart } from "./chart.js";
import { find } from "./element.js";
import { allSeries, candlesBefore, FIRST_CANDLES, freshness, newestCandles } from "./market.js";
import { drawModel } from "./model.js";
import { Picker, segments } from "./picker.js";
import { readout } from "./readout.js";
import { activeModel, BACKTEST, LEDGER, marksBetween, newestDecisions, trackRecord } from "./record.js";
import { showAway, showFreshness, showProblem, showSimulated } from "./states.js";
import { drawTable } from "./table.js";
import { decisionTiles, priceTile, rightTile } from "./tiles.js";

const EVERY_MS = 4_000;
const TABLE_ROWS = 200;
const ORIGINS = { "All": [...LEDGER, ...BACKTEST], "Live": LEDGER, "Back-test": BACKTEST };

const page = { series: null, klines: [], marks: [], origins: "All", switched: new AbortController(), busy: false, exhausted: false };

const chart = new CandleChart(find("chart"), {
  onHover: (openTime) => readout(openTime, chart.candles, page.marks),
  onNeedOlder: () => guarded(loadOlder),
});

const picker = new Picker((series) => {
  page.switched.abort();
  page.switched = new AbortController();
  Object.assign(page, { series, klines: [], marks: [], exhausted: false, busy: false });
  document.body.dataset.state = "loading";
  document.title = `${series.symbol} ${series.interval} · OPA Crypto`;
  find("chart-title").textContent = `${series.base}/${series.quote} · ${series.interval}`;
  showSimulated(series.simulated);
  guarded(loadSeries);
});

function drawOrigins() {
  segments(find("origins"), "origin", Object.keys(ORIGINS), page.origins, (value) => {
    page.origins = value;
    guarded(loadDecisions);
  });
}

async function loadSeries(signal) {
  page.klines = await newestCandles(page.series, FIRST_CANDLES, signal);
  chart.show(page.klines);
  chart.mark([]);
  readout(null, chart.candles, page.marks);
  await refreshClock(signal);
  await Promise.all([loadDecisions(signal), loadMarks(signal), loadModel(signal)]);
}

async function refreshClock(signal) {
  const { age_ms, market_time } = await freshness(page.series, signal);
  page.marketTime = market_time;
  const last = page.klines.at(-1);
  showFreshness(age_ms, last ? last.close_time - last.open_time + 1 : 0);
  priceTile(page.series, page.klines, market_time);
}

async function loadDecisions(signal) {
  const [ledger, listed] = await Promise.all([
    newestDecisions(page.series, LEDGER, TABLE_ROWS, signal),
    newestDecisions(page.series, ORIGINS[page.origins], TABLE_ROWS, signal),
  ]);
  decisionTiles(ledger, page.marketTime);
  drawTable(listed, page.origins === "Back-test" ? "No back-test is stored for this series." : "No decision yet: the next closed candle brings one.");
}

async function loadMarks(signal) {
  if (chart.first === null) return;
  page.marks = await marksBetween(page.series, chart.first, chart.last + 1, signal);
  chart.mark(page.marks);
}

async function loadModel(signal) {
  const [model, record] = await Promise.all([activeModel(page.series, signal), trackRecord(page.series, signal)]);
  drawModel(model);
  rightTile(record);
}

async function loadOlder(signal) {
  if (page.exhausted || page.busy) return;
  page.busy = true;
  try {
    const older = await candlesBefore(page.series, chart.first, signal);
    page.exhausted = older.length === 0;
    chart.add(older);
    if (older.length) await loadMarks(signal);
  } finally {
    page.busy = false;
  }
}

async function refresh(signal) {
  const newer = await newestCandles(page.series, 5, signal);
  const known = page.klines.at(-1)?.open_time ?? 0;
  const added = newer.filter((each) => each.open_time > known);
  page.klines.push(...added);
  if (added.length) chart.add(newer);
  await refreshClock(signal);
  await loadDecisions(signal);
  if (added.length) await Promise.all([loadMarks(signal), loadModel(signal)]);
}

// One place decides what an error does to the page; a switch of the series ends what was under way.
async function guarded(work) {
  const { signal } = page.switched;
  try {
    await work(signal);
    if (!signal.aborted) showProblem(null);
    return true;
  } catch (error) {
    if (signal.aborted) return true;
    showProblem(error);
    showAway();
    return false;
  }
}

async function turn() {
  await guarded(async () => {
    picker.offer(await allSeries());
    if (!picker.chosen) throw Object.assign(new Error("The first candles appear here as soon as populate has stored them."), { title: "Nothing is stored yet" });
    if (page.klines.length) await refresh(page.switched.signal);
    else if (document.body.dataset.state === "away") await loadSeries(page.switched.signal);
  });
  setTimeout(turn, document.hidden ? EVERY_MS * 5 : EVERY_MS);
}

drawOrigins();
turn();

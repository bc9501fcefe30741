// The chart with what moves it: older candles as it is scrolled, the crosshair, the keyboard.

import { find } from "../../element.js";
import { FIRST, before, first, newest } from "./candles.js";
import { CandleChart } from "./chart.js";
import { walkByKeys } from "./cursor.js";
import { between } from "./decided.js";
import { readout } from "./readout.js";

export class CandleStage {
  constructor(context, onDecision) {
    Object.assign(this, { context, onDecision });
    this.chart = new CandleChart(find("chart"), {
      onHover: (openTime) => this.read(openTime),
      onChoose: (openTime) => this.choose(openTime),
      onNeedOlder: () => this.loadOlder().catch(context.fail),
      signal: context.signal,
    });
    walkByKeys(find("chart"), this.chart, { onMove: (openTime) => this.say(openTime), onChoose: (openTime) => this.choose(openTime) });
  }

  read(openTime) {
    readout(openTime, this.chart, this.context.series);
  }

  // A crosshair that is set from here tells nobody that it has moved.
  say(openTime) {
    this.read(openTime);
    find("chart-said").textContent = find("readout").innerText;
  }

  choose(openTime) {
    const made = this.chart.decisions.get(openTime);
    if (made) this.onDecision(made.id);
  }

  async load() {
    this.chart.show(await first(this.context));
    requestAnimationFrame(() => performance.mark("chart"));
    this.read(null);
  }

  // Whether a candle has come that was not there.
  async refresh() {
    const { last } = this.chart;
    const found = await newest(this.context, 5);
    // A page that was hidden or asleep for long would show a hole.
    if (found[0]?.open_time > last) this.chart.begin(await newest(this.context, FIRST));
    else this.chart.add(found);
    return this.chart.last !== last;
  }

  async decide() {
    if (this.chart.first === null) return;
    this.chart.decide(await between(this.context, this.chart.first, this.chart.last + 1));
    this.read(null);
    this.mayLoadOlder = true;
  }

  async loadOlder() {
    if (!this.mayLoadOlder) return;
    this.mayLoadOlder = false;
    const older = await before(this.context, this.chart.first);
    if (!older.length) return;
    this.chart.add(older);
    await this.decide();
  }

  close() {
    this.chart.close();
  }
}

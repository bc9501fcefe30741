// Jobs with their progress, and how to start one. The page itself only reads.

import { Place } from "../drawing/panels.js";
import { segments } from "../segments.js";
import { element } from "../element.js";
import { drawJobs } from "./jobs/list.js";
import { drawStart } from "./jobs/start.js";
import { drawSummary } from "./jobs/summary.js";

export const title = "Jobs";
export const ofSeries = false;
export const every = 2_000;

const STATES = { All: null, Running: ["queued", "running"], Failed: ["failed"], Done: ["done", "skipped"] };

class JobsView {
  constructor(root, context) {
    Object.assign(this, { context, state: "All" });
    this.summary = new Place(drawSummary, "wide");
    this.list = new Place((data) => drawJobs(data, this.chooser()), "wide");
    root.replaceChildren(this.summary.node, this.list.node, element("div", { class: "wide" }, drawStart(context.series)));
  }

  chooser() {
    const field = element("fieldset", { class: "segments small" }, element("legend", {}, "State"));
    segments(field, "state", Object.keys(STATES), this.state, (value) => {
      this.state = value;
      this.draw();
    });
    return field;
  }

  async refresh() {
    const { jobs } = await this.context.model("jobs");
    this.jobs = jobs;
    this.draw();
  }

  draw() {
    const { jobs, state } = this;
    const wanted = STATES[state];
    const isUnfinished = jobs.some((each) => each.finished_at === null);
    this.summary.show({ jobs });
    this.list.show({ jobs: jobs.filter((each) => wanted?.includes(each.state) ?? true), state, now: isUnfinished ? this.context.marketTime() : null });
  }

  close() {}
}

export async function show(root, context) {
  const view = new JobsView(root, context);
  await view.refresh();
  return view;
}

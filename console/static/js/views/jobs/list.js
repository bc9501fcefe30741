// The newest hundred jobs.

import { duration } from "../../drawing/numbers.js";
import { card, chip, nothing, placeOf } from "../../drawing/panels.js";
import { element } from "../../element.js";
import { moment, share } from "../../words.js";

const KINDS = { running: "busy", queued: "warn", done: "good", failed: "bad", skipped: "" };

function progress(job) {
  const bar = element("progress", { max: 1, value: job.progress, "aria-label": `Progress of ${job.kind} ${job.series}` });
  return element("span", { class: "progress" }, bar, element("b", {}, share(job.progress, 0)));
}

// Started and ended are market time, which is wall time unless a simulated market runs at another speed.
function took(job, now) {
  if (job.finished_at !== null) return `took ${duration(job.finished_at - job.started_at)}`;
  return now === null || now < job.started_at ? "not ended yet" : `for ${duration(now - job.started_at)}`;
}

function item(job, now) {
  const [exchange, symbol, interval] = job.series.split("/");
  return element("li", { class: `job ${job.state}`, "data-id": job.job_id },
    element("div", { class: "job-head" }, chip(job.state, KINDS[job.state]), element("b", {}, `${job.kind} ${symbol} ${interval}`),
      placeOf({ exchange, simulated: job.simulated })),
    progress(job),
    element("p", { class: `message ${job.state === "failed" ? "bad" : ""}` }, job.message || "no message yet"),
    element("p", { class: "note" }, `started ${moment(job.started_at)} UTC · ${took(job, now)} · `, element("code", {}, job.job_id)));
}

export function drawJobs({ jobs, state, now }, chooser) {
  const none = state === "All" ? "No job has run yet: the command below starts one." : "No job is in this state.";
  const body = jobs.length ? element("ul", { class: "jobs" }, ...jobs.map((each) => item(each, now))) : nothing(none);
  return card("Newest jobs", { tools: [chooser], lead: "The newest hundred, renewed every two seconds." }, body);
}

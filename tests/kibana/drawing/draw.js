// What Kibana 8.12 does with a Vega panel once the answers have come:
// src/plugins/vis_types/vega/public/{data_model/vega_parser.ts,vega_view/vega_base_view.js}.

const BLIND = ["#54B399", "#6092C0", "#D36086", "#9170B8", "#CA8EAE", "#D6BF57", "#B9A888", "#DA8B45", "#AA6556", "#E7664C"];
const DARKEST = "#343741";
const DARK = "#69707D";
const LINES = "#EEF1F6";
const DEFAULTS = [
  ["range.category", { scheme: "elastic" }],
  ["mark.color", BLIND[0]],
  ["title.color", DARKEST],
  ["style.guide-label.fill", DARK],
  ["style.guide-title.fill", DARKEST],
  ["style.group-title.fill", DARKEST],
  ["style.group-subtitle.fill", DARKEST],
  ["axis.tickColor", LINES],
  ["axis.domainColor", LINES],
  ["axis.gridColor", LINES],
  ["background", "transparent"],
];
vega.scheme("elastic", BLIND);

function setDefault(config, path, value) {
  const names = path.split(".");
  const last = names.pop();
  for (const name of names) config = config[name] ??= {};
  config[last] ??= value;
}

function listening(said) {
  const logger = vega.logger(vega.Warn);
  logger.warn = (...words) => (said.push(words.join(" ")), logger);
  logger.error = (...words) => (said.push(`error: ${words.join(" ")}`), logger);
  return logger;
}

// Every mark of the scene that a spec drew (not axes and legends), with what is wrong in its items.
function marks(group, found) {
  for (const mark of group.items ?? []) {
    if (mark.marktype === "group") {
      if (["frame", "scope"].includes(mark.role)) mark.items.forEach((each) => marks(each, found));
      else mark.items.forEach((each) => texts(each, found));
      continue;
    }
    if (mark.role !== "mark") continue;
    const seen = mark.items.filter((each) => each.opacity !== 0);
    found.marks.push({ name: mark.name, type: mark.marktype, count: seen.length, tooltip: seen[0]?.tooltip });
    for (const each of mark.items) {
      for (const key of ["x", "y", "x2", "y2", "width", "height", "size", "opacity"]) {
        if (key in each && !Number.isFinite(each[key])) found.broken.push(`${mark.name}.${key} = ${each[key]}`);
      }
      if (mark.marktype === "text") found.words.push(String(each.text));
    }
  }
}

function texts(group, found) {
  for (const mark of group.items ?? []) {
    if (mark.marktype === "group") mark.items.forEach((each) => texts(each, found));
    else if (mark.marktype === "text") mark.items.forEach((each) => found.words.push(String(each.text)));
  }
}

const lite = (spec) => spec.$schema.includes("vega-lite");

// Vega-Lite fills its panel only with a single or a layered chart.
function fits(spec) {
  if (!lite(spec)) return true;
  const { normalized } = vegaLite.compile(spec, { logger: vega.logger(vega.None) });
  return "mark" in normalized || "layer" in normalized;
}

window.draw = async (spec) => {
  const said = [];
  const config = (spec.config ??= {});
  delete config.kibana;
  DEFAULTS.forEach(([path, value]) => setDefault(config, path, value));
  if (fits(spec)) {
    spec.autosize = { type: "fit", contains: "padding", ...spec.autosize };
    spec.width = spec.height = "container";
  }
  const box = document.querySelector("#view");
  box.replaceChildren();
  const began = performance.now();
  const compiled = lite(spec) ? vegaLite.compile(spec, { logger: listening(said) }).spec : spec;
  const view = new vega.View(vega.parse(compiled, undefined, { ast: true }), {
    expr: vega.expressionInterpreter,
    renderer: "canvas",
    logger: listening(said),
  });
  if (spec.width === "container") view.width(box.clientWidth).height(box.clientHeight);
  view.initialize(box);
  await view.runAsync();
  const found = { marks: [], words: [], broken: [] };
  view.scenegraph().root.items.forEach((each) => marks(each, found));
  return { ...found, said, milliseconds: performance.now() - began, versions: [vega.version, vegaLite.version] };
};

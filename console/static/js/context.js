// What a view is given: the series it is about, ways to ask the two APIs, and ways to hear what is new.

import { ask, submit } from "./ask.js";
import { format } from "./router.js";

/*
 * A view is a module with
 *   title         its heading
 *   show(root, context)   fills `root` and returns { refresh(), close() }; both may be async, and whatever they
 *                 throw becomes the page's banner; the shell asks again until it goes well
 *   every         (optional) ms between two refresh() calls while the page is looked at; 15 s when left out
 *   ahead         (optional) asks for what can be asked before it is known what is stored
 *   ofSeries      (optional) false: it is not about one series, so none is offered and `series` may be null
 * A view is shown anew for each series; `signal` ends with it.
 */
export function contextOf(shell, series, signal) {
  const within = (api) => (path, parameters = {}) => ask(`${api}/v1/${path}`, parameters, signal);
  return Object.freeze({
    series,
    signal,
    stored: () => shell.stored,
    historic: within("historic"),
    model: within("model"),
    submit: (path, body) => submit(`model/v1/${path}`, body, signal),
    // kline, tick, decision, outcome: one row of the REST answer each, of any series that is followed
    onEvent: (name, act) => shell.live.on(name, act, signal),
    marketTime: () => shell.marketTime,
    href: (view, other = series) => format(view, other),
    choose: (wish) => shell.choose(wish),
    listen: () => shell.listen(),
    // opens the decision's drawer, which the market view has
    openDecision: (id) => shell.openDecision(id),
    onDecision: (act) => { shell.openDecision = act; },
    // for work that nobody waits for: its error becomes the page's banner
    fail: (error) => shell.fail(error, signal),
  });
}

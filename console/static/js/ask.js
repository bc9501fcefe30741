// Asking the two APIs, with a bound on the time and one kind of error.

// The longest of three: an API answers or refuses within OPA_REQUEST_LIMIT_S (15 s), the proxy waits 20 s for it, so
// that whoever knows why it takes so long can say so.
const TIMEOUT_MS = 25_000;

export class Unanswered extends Error {
  constructor(title, detail, status = 0) {
    super(detail);
    this.title = title;
    this.status = status;
  }
}

function query(parameters) {
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of [value].flat()) if (each !== undefined && each !== null) pairs.append(name, each);
  }
  return pairs.size ? `?${pairs}` : "";
}

function unheard(error) {
  return error.name === "TimeoutError"
    ? new Unanswered("No answer in time", `Nothing has come within ${TIMEOUT_MS / 1000} s: try again later, or ask for less.`)
    : new Unanswered("The console does not answer", "Is it still running? sh setup.sh status shows it.");
}

async function asJson(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "TimeoutError") throw unheard(error);
    throw new Unanswered("Unreadable answer", `The answer ${response.status} is not JSON.`, response.status);
  }
}

async function answered(address, init, signal) {
  const limits = [AbortSignal.timeout(TIMEOUT_MS), signal].filter(Boolean);
  let response;
  try {
    response = await fetch(address, { ...init, signal: AbortSignal.any(limits) });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unheard(error);
  }
  const body = await asJson(response);
  if (response.ok) return body;
  const hint = body.hint ? ` — ${body.hint}` : "";
  throw new Unanswered(body.title ?? `Answer ${response.status}`, `${body.detail ?? ""}${hint}`, response.status);
}

export const ask = (path, parameters = {}, signal = undefined) =>
  answered(`/api/${path}${query(parameters)}`, {}, signal);

export const submit = (path, body, signal = undefined) =>
  answered(`/api/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }, signal);

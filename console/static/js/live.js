// What the APIs push. A hidden page listens to nothing: browsers grant six connections to a host, over all tabs.

const NAMES = { historic: ["kline", "tick", "range", "reset"], model: ["decision", "outcome", "range", "reset"] };
const AGAIN_MS = 20_000;

export class Live {
  constructor() {
    this.listeners = new Map();
    this.sources = new Map();
    this.addresses = {};
    document.addEventListener("visibilitychange", () => (document.hidden ? this.pause() : this.resume()));
  }

  // Whether everything is pushed; polls can then be rare.
  get flows() {
    const sources = [...this.sources.values()];
    return sources.length > 0 && sources.every((each) => each.readyState === EventSource.OPEN);
  }

  on(name, act, signal) {
    if (!this.listeners.has(name)) this.listeners.set(name, new Set());
    this.listeners.get(name).add(act);
    signal?.addEventListener("abort", () => this.listeners.get(name).delete(act));
  }

  follow(symbols, interval) {
    const asked = new URLSearchParams({ symbols: [...new Set(symbols)].sort().join(), interval });
    const addresses = {
      historic: `/api/historic/v1/stream?${asked}&events=kline,tick`,
      model: `/api/model/v1/stream?${asked}`,
    };
    if (addresses.historic === this.addresses.historic) return;
    this.pause();
    this.addresses = addresses;
    if (!document.hidden) this.resume();
  }

  pause() {
    for (const source of this.sources.values()) source.close();
    this.sources.clear();
  }

  resume() {
    for (const [api, address] of Object.entries(this.addresses)) this.open(api, address);
  }

  // A browser reconnects by itself after a cut, but gives up for good after a refusal: then we try again later.
  // It would say what it heard last; we cannot, so what came in between has to be read.
  open(api, address, isAgain = false) {
    const source = new EventSource(address);
    this.sources.set(api, source);
    const isInUse = () => this.sources.get(api) === source;
    for (const name of NAMES[api]) source.addEventListener(name, (event) => this.tell(name, JSON.parse(event.data)));
    if (isAgain) source.addEventListener("open", () => this.tell("reset", {}), { once: true });
    source.addEventListener("error", () => {
      if (source.readyState !== EventSource.CLOSED || !isInUse()) return;
      setTimeout(() => isInUse() && this.open(api, address, true), AGAIN_MS);
    });
  }

  tell(name, row) {
    for (const act of this.listeners.get(name) ?? []) act(row);
  }
}

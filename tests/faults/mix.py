"""Everything that is asked of a house, mixed: pages, cached ranges, exports, events, predictions."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from market.interval import Series
from tests.faults.away import KEY, Doors

LISTENS_FOR_S: Final = 20
_EVENTS: Final = {"accept": "text/event-stream"}
Ask = Callable[[httpx.Client, "Mix", random.Random], None]


@dataclass(frozen=True)
class Asked:
    """One thing that was asked; `fault` says why the answer was none."""

    kind: str
    at: float
    seconds: float
    fault: str = ""


class Busy(Exception):
    """An API makes as many long answers as it may already, and says when to ask again."""


@dataclass
class Mix:
    """Traffic on the three doors about some series."""

    doors: Doors
    series: tuple[Series, ...]
    start: int
    asked: list[Asked] = field(default_factory=list)
    events: int = 0
    listened: list[Asked] = field(default_factory=list)
    busy: int = 0
    kinds: list[str] = field(default_factory=lambda: list(KINDS))
    _tags: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def flowing(self, clients: int = 4, listeners: int = 3, pause_s: float = 0.1) -> Iterator[None]:
        """Traffic while the block runs."""
        stopped = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(stopped, at, pause_s)) for at in range(clients)]
        threads += [threading.Thread(target=self._listen, args=(stopped, at)) for at in range(listeners)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stopped.set()
            for thread in threads:
                thread.join(LISTENS_FOR_S + 60)
            assert not any(thread.is_alive() for thread in threads), "an asker hangs"

    def url(self, door: str, path: str) -> str:
        """An address at one of the doors."""
        return self.doors.addresses[door] + path

    def about(self, chance: random.Random) -> dict[str, Any]:
        """The parameters that name one of the series."""
        one = chance.choice(self.series)
        return {"exchange": one.exchange, "symbol": one.symbol, "interval": one.interval.name}

    def _ask(self, stopped: threading.Event, number: int, pause_s: float) -> None:
        chance = random.Random(number)
        kinds = itertools.cycle(chance.sample(self.kinds, len(self.kinds)))
        with httpx.Client(headers={"X-API-Key": KEY}, timeout=30, trust_env=False) as client:
            while not stopped.wait(pause_s):
                kind = next(kinds)
                try:
                    self.asked.append(timed(kind, lambda kind=kind: KINDS[kind](client, self, chance)))  # type: ignore[misc]
                except Busy:
                    self.busy += 1

    def _listen(self, stopped: threading.Event, number: int) -> None:
        addresses = (
            self.url("historic", "/v1/stream"),
            self.url("model", "/v1/stream"),
            self.url("console", "/api/historic/v1/stream"),
        )
        address = addresses[number % len(addresses)]
        with httpx.Client(headers={"X-API-Key": KEY} | _EVENTS, timeout=30, trust_env=False) as client:
            while not stopped.is_set():
                self.listened.append(timed("stream", lambda: self._hear(client, address, stopped)))
                stopped.wait(1)

    def _hear(self, client: httpx.Client, address: str, stopped: threading.Event) -> None:
        end = time.monotonic() + LISTENS_FOR_S
        with client.stream("GET", address) as answer:
            _whole(answer, 200)
            for line in answer.iter_lines():
                self.events += line.startswith("event:")
                if stopped.is_set() or time.monotonic() > end:
                    return


def timed(kind: str, ask: Callable[[], None]) -> Asked:
    """Ask, and note how long it took and what was wrong with it; raises `Busy`."""
    began = time.monotonic()
    try:
        ask()
    except (httpx.HTTPError, AssertionError) as error:
        return Asked(kind, began, time.monotonic() - began, f"{type(error).__name__}: {error}"[:200])
    return Asked(kind, began, time.monotonic() - began)


def _whole(answer: httpx.Response, *wanted: int) -> httpx.Response:
    if answer.status_code not in (wanted or (200,)):
        answer.read()
        if "being made already" in answer.text and answer.headers.get("retry-after"):
            raise Busy
        raise AssertionError(f"{answer.status_code} from {answer.url}: {answer.text[:120]}")
    return answer


def _pages(client: httpx.Client, mix: Mix, chance: random.Random) -> None:
    asked = mix.about(chance) | {"start": mix.start, "limit": 200}
    for _ in range(3):
        answer = _whole(client.get(mix.url("historic", "/v1/klines"), params=asked))
        if "x-next-cursor" not in answer.headers:
            return
        asked["cursor"] = answer.headers["x-next-cursor"]


def _cached(client: httpx.Client, mix: Mix, chance: random.Random) -> None:
    asked = mix.about(chance)
    end = mix.start + 500 * 60_000
    address, name = mix.url("historic", "/v1/klines"), str(asked)
    known = mix._tags.get(name)
    headers = {"If-None-Match": known} if known else {}
    answer = client.get(
        address, params=asked | {"start": mix.start, "end": end, "limit": 500}, headers=headers
    )
    mix._tags[name] = _whole(answer, 200, 304).headers["etag"]


def _export(client: httpx.Client, mix: Mix, chance: random.Random) -> None:
    asked = mix.about(chance) | {"format": chance.choice(["csv", "ndjson", "json", "arrow"])}
    with client.stream("GET", mix.url("historic", "/v1/klines/export"), params=asked) as answer:
        assert sum(len(part) for part in _whole(answer).iter_bytes()) > 1_000, "an export is empty"


def _predict(client: httpx.Client, mix: Mix, chance: random.Random) -> None:
    _whole(client.post(mix.url("model", "/v1/predict"), json=mix.about(chance)))


def _read(door: str, path: str, **parameters: Any) -> Ask:
    def ask(client: httpx.Client, mix: Mix, _chance: random.Random) -> None:
        _whole(client.get(mix.url(door, path), params=parameters))

    return ask


def _of_one(door: str, path: str, **parameters: Any) -> Ask:
    def ask(client: httpx.Client, mix: Mix, chance: random.Random) -> None:
        _whole(client.get(mix.url(door, path), params=mix.about(chance) | parameters))

    return ask


KINDS: Final[dict[str, Ask]] = {
    "pages": _pages,
    "cached range": _cached,
    "export": _export,
    "newest candles": _of_one("historic", "/v1/klines/latest", limit=100),
    "statistics": _of_one("historic", "/v1/klines/describe"),
    "prices": _read("historic", "/v1/prices"),
    "coverage": _of_one("historic", "/v1/coverage"),
    "decisions": _of_one("model", "/v1/decisions", limit=200),
    "newest decisions": _read("model", "/v1/decisions/latest"),
    "track record": _read("model", "/v1/track-record"),
    "models": _read("model", "/v1/models"),
    "predict": _predict,
    "metrics": _read("historic", "/metrics"),
    "page": _read("console", "/"),
    "page, candles": _of_one("console", "/api/historic/v1/klines/latest", limit=100),
    "page, decisions": _of_one("console", "/api/model/v1/decisions", limit=100),
}

"""Remembered answers are true answers: whatever changes a row they depend on drops them."""

from typing import Any

import httpx
import pyarrow as pa
import pytest

from api_historic.app import create_app
from api_historic.deps import Stores
from api_historic.remembered import Remembered, Touches, asked
from market.interval import HOUR, Series
from market.kline import Source
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_changes import MemoryChangeLog
from tests.api_historic.conftest import KEY, START, FixedClock, fill, hourly, register, row
from tests.api_historic.serving import serving
from tests.web.waiting import until
from web.etags import answer_of
from web.keys import Keys
from web.tail import Tail

BTC = "binance/BTCUSDT/1h"


class Memory:
    """A memory behind a tail that looks when it is told to; one line was told of every series here."""

    def __init__(self, most_bytes: int = 10_000_000) -> None:
        self.log = MemoryChangeLog()
        self.tail = Tail(self.log)
        self.held = Remembered(self.tail, most_bytes)
        self.tail.look()
        self.tail.listen(self.held)
        for series in (BTC, "binance/ETHUSDT/1h"):
            self.change(0, series=series)

    def change(self, first: int, last: int | None = None, series: str = BTC) -> None:
        self.log.append("klines", series, first, first if last is None else last)
        self.tail.look()

    def keep(self, query: str = "a", start: int = 100, end: int = 200, body: bytes = b"rows") -> None:
        note = self.held.note("klines", BTC)
        self.held.keep(
            scope(query), answer_of(body, "text/plain", {}), Touches("klines", BTC, start, end), note
        )

    def has(self, query: str = "a") -> bool:
        return self.held.find(scope(query)) is not None


def scope(query: str) -> dict[str, Any]:
    return {"path": "/v1/klines", "query_string": query.encode(), "headers": []}


@pytest.mark.parametrize(
    ("first", "last", "kept"),
    [
        (100, 100, False),
        (199, 199, False),
        (50, 150, False),
        (0, 999, False),
        (50, 99, True),
        (200, 300, True),
    ],
)
def test_a_change_inside_the_range_drops_it_and_no_other(first: int, last: int, kept: bool) -> None:
    memory = Memory()
    memory.keep()
    memory.change(first, last)
    assert memory.has() is kept


def test_a_change_of_another_series_leaves_it() -> None:
    memory = Memory()
    memory.keep()
    memory.change(150, series="binance/ETHUSDT/1h")
    assert memory.has()


def test_rows_that_changed_while_they_were_read_are_not_kept() -> None:
    memory = Memory()
    note = memory.held.note("klines", BTC)
    memory.change(150)
    memory.held.keep(scope("a"), answer_of(b"old", "text/plain", {}), Touches("klines", BTC, 100, 200), note)
    assert not memory.has()


def test_nothing_read_before_the_first_look_is_kept() -> None:
    log = MemoryChangeLog()
    tail = Tail(log)
    held = Remembered(tail)
    tail.listen(held)
    note = held.note("klines", BTC)
    log.append("klines", BTC, 150, 150)
    tail.look()
    held.keep(scope("a"), answer_of(b"old", "text/plain", {}), Touches("klines", BTC, 100, 200), note)
    assert held.find(scope("a")) is None


def test_a_lost_log_drops_everything_even_what_is_being_read() -> None:
    memory = Memory()
    memory.keep()
    note = memory.held.note("klines", BTC)
    memory.held.lost()
    assert not memory.has()
    memory.held.keep(scope("a"), answer_of(b"old", "text/plain", {}), Touches("klines", BTC, 100, 200), note)
    assert not memory.has()


def test_a_series_heard_of_for_the_first_time_drops_everything() -> None:
    memory = Memory()
    memory.keep()
    memory.change(5_000, series="kraken/BTCUSDT/1h")
    assert not memory.has()


def test_nothing_is_given_out_while_the_log_cannot_be_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = Memory()
    memory.keep()
    monkeypatch.setattr(memory.tail, "_current_at", memory.tail._current_at - 60)
    assert not memory.has()
    memory.tail.look()
    assert memory.has()


def test_who_accepts_in_two_headers_asks_something_else_than_who_accepts_the_second() -> None:
    one, other = ({**scope("a"), "headers": [(b"accept", each) for each in types]} for types in (
        [b"application/json", b"text/csv"], [b"text/csv"]
    ))  # fmt: skip
    assert asked(one) != asked(other)


def test_who_names_two_hosts_asks_something_else_than_who_names_the_second() -> None:
    one, other = ({**scope("a"), "headers": [(b"host", each) for each in hosts]} for hosts in (
        [b"elsewhere.example", b"127.0.0.1"], [b"127.0.0.1"]
    ))  # fmt: skip
    assert asked(one) != asked(other)


def test_the_memory_is_bounded_and_the_least_used_goes_first() -> None:
    memory = Memory(most_bytes=120_000)
    for query in "abc":
        memory.keep(query, body=bytes(30_000))
    memory.keep("d")
    assert not memory.has("e")
    assert memory.has("a")
    memory.keep("e", body=bytes(30_000))
    assert [memory.has(query) for query in "abcde"] == [True, False, True, True, True]
    memory.keep("huge", body=bytes(40_000))
    assert [memory.has(query) for query in ("a", "huge")] == [True, False]


class CountedKlines(MemoryKlineStore):
    """Counts how often rows are read."""

    reads = 0

    def read_text(self, *asked: Any, **more: Any) -> pa.Table:
        self.reads += 1
        return super().read_text(*asked, **more)


def stocked() -> tuple[CountedKlines, Series]:
    klines = CountedKlines()
    series = register(klines, "binance", "BTCUSDT", "1h")
    fill(klines, series, hourly(START, 10))
    return klines, series


def test_an_unchanged_page_is_read_once_and_a_changed_one_again() -> None:
    klines, series = stocked()
    app = create_app(
        Stores(klines, MemoryTickStore(klines), klines.changes, lambda _: FixedClock()), Keys.only(KEY)
    )
    headers, asked = {"X-API-Key": KEY}, {"symbol": "BTCUSDT", "interval": "1h", "end": START + 5 * HOUR}
    with serving(app) as address, httpx.Client(base_url=address, headers=headers) as client:
        until(lambda: app.state.tail.fresh)
        fill(klines, series, [row(START + 20 * HOUR, "7")])
        until(lambda: app.state.tail.position == klines.changes.head())
        first = client.get("/v1/klines", params=asked)
        again = client.get("/v1/klines", params=asked)
        assert klines.reads == 1
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
        assert first.headers["cache-control"] == "private, no-cache"
        known = client.get("/v1/klines", params=asked, headers={"If-None-Match": first.headers["etag"]})
        assert (known.status_code, known.content) == (304, b"")
        assert httpx.get(address + "/v1/klines", params=asked).status_code == 401
        changed = [row(START + 2 * HOUR, "150")]
        fill(klines, series, changed, source=Source.REST, covered=(START + 2 * HOUR, START + 3 * HOUR))
        until(lambda: app.state.tail.position == klines.changes.head())
        fresh = client.get("/v1/klines", params=asked, headers={"If-None-Match": first.headers["etag"]})
        assert fresh.status_code == 200
        assert fresh.json()["klines"][2]["close"] == "150"
        assert fresh.headers["etag"] != first.headers["etag"]


def test_a_tag_is_of_the_content_whoever_asks_again(client: httpx.Client) -> None:
    asked = {"symbol": "BTCUSDT", "interval": "1h", "limit": 3}
    tags = [
        client.get("/v1/klines", params={**asked, "format": form}).headers["etag"]
        for form in ("json", "csv", "csv")
    ]
    assert tags[0] != tags[1] == tags[2]
    assert all(tag.startswith('"') for tag in tags)


@pytest.mark.parametrize("given", ["*", "W/{}", '"other", {}'])
def test_any_form_of_if_none_match_is_understood(client: httpx.Client, given: str) -> None:
    asked = {"symbol": "BTCUSDT", "limit": 2}
    etag = client.get("/v1/ticks", params=asked).headers["etag"]
    headers = {"If-None-Match": given.format(etag)}
    assert client.get("/v1/ticks", params=asked, headers=headers).status_code == 304
    assert client.get("/v1/ticks", params=asked, headers={"If-None-Match": '"other"'}).status_code == 200

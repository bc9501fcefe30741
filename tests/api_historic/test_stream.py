"""News over `/v1/stream`: rows as they are written, filtered, in the words of the other routes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import httpx
import pytest

from api_historic.app import create_app
from api_historic.deps import Stores
from market.interval import HOUR, Series
from market.kline import Finality, Source, empty_klines
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.tick import Tick
from tests.api_historic.conftest import KEY, START, FixedClock, fill, register, row
from tests.api_historic.serving import serving
from tests.web.waiting import until
from web.event_id import EventId
from web.keys import Keys


@dataclass
class House:
    """Stores that a test writes to while somebody listens."""

    klines: MemoryKlineStore
    ticks: MemoryTickStore
    hours: Series
    client: httpx.Client

    def place(self, seq: int) -> str:
        return str(EventId.of(self.klines.changes.epoch(), seq))

    def close(self, at: int, symbol: Series | None = None) -> None:
        rows = [row(START + at * HOUR, "150")]
        fill(self.klines, symbol or self.hours, rows, finality=Finality.CLOSED, source=Source.STREAM)

    def tick(self, at: int, symbol: str = "BTCUSDT") -> None:
        one = Decimal(1)
        self.ticks.write([Tick("binance", symbol, START + at, one, one, one, one, Decimal("1.50"))])


@pytest.fixture
def house() -> Iterator[House]:
    klines = MemoryKlineStore()
    ticks = MemoryTickStore(klines)
    hours = register(klines, "binance", "BTCUSDT", "1h")
    for interval, symbol in (("1m", "BTCUSDT"), ("1h", "ETHUSDT")):
        register(klines, "binance", symbol, interval)
    app = create_app(Stores(klines, ticks, klines.changes, lambda _: FixedClock()), Keys.only(KEY))
    with (
        serving(app) as address,
        httpx.Client(base_url=address, headers={"X-API-Key": KEY}, timeout=60) as client,
    ):
        until(lambda: app.state.tail.position is not None)
        yield House(klines, ticks, hours, client)


@contextmanager
def listening(house: House, after: int | None = None, **asked: str) -> Iterator[Iterator[dict[str, str]]]:
    headers = {} if after is None else {"Last-Event-ID": house.place(after)}
    with house.client.stream("GET", "/v1/stream", params=asked, headers=headers) as answer:
        assert answer.status_code == 200
        events = blocks(answer)
        assert next(events)["retry"]
        yield events


def blocks(answer: httpx.Response) -> Iterator[dict[str, str]]:
    """The fields of every event; comments are none."""
    found: dict[str, str] = {}
    for line in answer.iter_lines():
        if line and not line.startswith(":"):
            found |= [line.split(": ", 1)]  # type: ignore[arg-type]
        elif found and not line:
            yield found
            found = {}


def test_a_tick_and_a_candle_come_as_rows_of_the_other_routes(house: House) -> None:
    with listening(house) as events:
        house.tick(5)
        house.close(0)
        tick, candle = next(events), next(events)
    assert (tick["event"], tick["id"]) == ("tick", house.place(1))
    row = house.client.get("/v1/ticks", params={"symbol": "BTCUSDT"}).json()["ticks"][0]
    assert json.loads(tick["data"]) == {"exchange": "binance", "symbol": "BTCUSDT", "simulated": False, **row}
    assert (candle["event"], candle["id"]) == ("kline", house.place(2))
    page = house.client.get("/v1/klines", params={"symbol": "BTCUSDT", "interval": "1h"}).json()
    named = {name: page[name] for name in ("exchange", "symbol", "interval", "simulated")}
    assert json.loads(candle["data"]) == named | page["klines"][0]


def test_only_what_was_asked_for_comes(house: House) -> None:
    minutes = Series("binance", "BTCUSDT", house.hours.interval.__class__("1m"))
    others = Series("binance", "ETHUSDT", house.hours.interval)
    with listening(house, symbols="BTCUSDT", interval="1h", events="kline") as events:
        house.tick(1)
        house.close(1, minutes)
        house.close(2, others)
        house.close(3)
        assert json.loads(next(events)["data"])["open_time"] == START + 3 * HOUR


def test_who_comes_back_hears_what_was_missed(house: House) -> None:
    for at in range(4):
        house.tick(at)
    with listening(house, after=2, events="tick") as events:
        assert [next(events)["id"] for _ in range(2)] == [house.place(3), house.place(4)]


def test_a_back_fill_is_one_event_with_its_range(house: House) -> None:
    with listening(house) as events:
        fill(house.klines, house.hours, [row(START + at * HOUR, "150") for at in range(500)])
        told = next(events)
    assert told["event"] == "range"
    data = json.loads(told["data"])
    assert (data["stream"], data["start"], data["end"]) == ("klines", START, START + 499 * HOUR + 1)
    assert data["simulated"] is False


def test_a_withdrawn_candle_is_told_as_a_range_to_read_again(house: House) -> None:
    fill(house.klines, house.hours, [row(START, "150")], covered=(START, START + HOUR))
    until(lambda: house.klines.changes.head() == 2)
    with listening(house, after=2) as events:
        house.klines.write(
            house.hours, empty_klines(), finality=Finality.CONFIRMED, source=Source.REST, now=1,
            covered=(START, START + HOUR),
        )  # fmt: skip
        told = next(events)
    assert told["event"] == "range"
    assert json.loads(told["data"])["start"] == START


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"symbols": "BTCEUR"}, 404, "unknown_series"),
        ({"symbols": "BTCUSDT", "exchange": "kraken"}, 404, "unknown_series"),
        ({"interval": "7m"}, 422, "invalid_input"),
        ({"events": "trade"}, 422, "invalid_input"),
        ({"events": ","}, 422, "invalid_input"),
        ({"symbols": ","}, 422, "invalid_input"),
        ({"symbol": "BTCUSDT"}, 422, "unknown_parameter"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    house: House, asked: dict[str, str], status: int, code: str
) -> None:
    answer = house.client.get("/v1/stream", params=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)

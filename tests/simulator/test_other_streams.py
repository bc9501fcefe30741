"""Streams beside candles and trades: tickers, another time zone, microseconds, symbols with an oddity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.interval import DAY, HOUR, MINUTE, SECOND, Interval
from simulator.bars import OPEN_TIME, TRADES, VOLUME
from simulator.markets.generated import GeneratedMarket
from simulator.markets.odd_symbols import ODD_SYMBOLS
from simulator.markets.symbols import symbols
from simulator.paging import Window
from simulator.streams import frames, parse
from simulator.trades import Tape
from tests.simulator.sockets import connected, receive, take
from tests.simulator.times import LISTED, NOW
from tests.simulator_fixture import Simulator

TICKER = """p:priceChange P:priceChangePercent w:weightedAvgPrice c:lastPrice b:bidPrice B:bidQty a:askPrice
    A:askQty o:openPrice h:highPrice l:lowPrice v:volume q:quoteVolume O:openTime C:closeTime n:count"""


@pytest.fixture(scope="module")
def odd() -> GeneratedMarket:
    return GeneratedMarket(symbols(list(ODD_SYMBOLS), LISTED, ODD_SYMBOLS), seed=7)


def due(market: GeneratedMarket, name: str, since: int, until: int) -> list[dict[str, Any]]:
    stream = parse(name)
    assert stream is not None
    return [frame.payload for frame in frames(market, Tape(market), stream, since, until)]


async def test_the_ticker_says_what_rest_says(server: Simulator) -> None:
    async with connected(server, "ws/btcusdt@ticker") as client:
        server.control.clock(set=NOW // SECOND * SECOND + SECOND)
        told = await receive(client)
    rest = httpx.get(f"{server.rest_url}/v3/ticker/24hr?symbol=BTCUSDT", timeout=60).json()
    names = dict(pair.split(":") for pair in TICKER.split())
    assert {name: told[name] for name in names} == {name: rest[long] for name, long in names.items()}
    assert set(told) == {*names, "e", "E", "s", "x", "Q", "F", "L"}
    assert told["L"] > told["F"]


def test_a_day_of_another_time_zone_begins_at_its_midnight(odd: GeneratedMarket) -> None:
    midnight = NOW // DAY * DAY + DAY - 8 * HOUR
    found = due(odd, "btcusdt@kline_1d@+08:00", midnight - SECOND, midnight + 3 * SECOND)
    closed, running = (each["k"] for each in sorted(found, key=lambda each: not each["k"]["x"]))
    assert (closed["t"], closed["T"], closed["x"]) == (midnight - DAY, midnight - 1, True)
    assert (running["t"], running["T"], running["x"]) == (midnight, midnight + DAY - 1, False)
    hours = odd.bars("BTCUSDT", Interval("1h"), Window(midnight - DAY, midnight - 1, 24, False), midnight)
    assert Decimal(closed["v"]) * 10**8 == int(hours[:, VOLUME].sum())
    assert closed["n"] == closed["L"] - closed["f"] + 1 == hours[:, TRADES].sum()
    assert parse("btcusdt@kline_1d@+03:00") is None


async def test_times_come_in_microseconds_where_they_are_asked_for(server: Simulator) -> None:
    path = "stream?streams=btcusdt@kline_1m/btcusdt@bookTicker&timeUnit=MICROSECOND"
    async with connected(server, path) as client:
        server.control.advance(2 * SECOND)
        found = {each["stream"]: each["data"] for each in await take(client, 2)}
    kline, minute = found["btcusdt@kline_1m"], NOW // MINUTE * MINUTE
    assert kline["E"] == (NOW + 2 * SECOND) // (2 * SECOND) * 2 * SECOND * 1_000
    assert (kline["k"]["t"], kline["k"]["T"]) == (minute * 1_000, (minute + MINUTE) * 1_000 - 1)
    assert found["btcusdt@bookTicker"]["u"] == NOW // SECOND + 2


@pytest.mark.parametrize("name", sorted(ODD_SYMBOLS))
def test_streams_of_odd_symbols_keep_to_their_candles(odd: GeneratedMarket, name: str) -> None:
    start = NOW // MINUTE * MINUTE - 30 * MINUTE
    rows = odd.bars(name, Interval("1m"), Window(start, start + 30 * MINUTE - 1, 30, False), NOW)
    tape, listing = Tape(odd), odd.listings(NOW)[name]
    found = tape.between(listing, start, start + 30 * MINUTE - 1, 10_000, NOW)
    assert len(found) == rows[:, TRADES].sum()
    assert sum(each.quantity for each in found) == rows[:, VOLUME].sum()
    candles = [each["k"] for each in due(odd, f"{name.lower()}@kline_1m", start + MINUTE, NOW)]
    assert [each["t"] for each in candles if each["x"]] == rows[:, OPEN_TIME].tolist()
    books = due(odd, f"{name.lower()}@bookTicker", NOW, NOW + SECOND)
    assert len(books) == (name in ("THINUSDT", "币安人生USDT"))

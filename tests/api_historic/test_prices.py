"""What every market costs now, from the newest of ticks and candles, and a day before."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest

from api_historic.app import create_app
from api_historic.deps import Stores
from market.interval import DAY, HOUR, MINUTE
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.tick import Tick
from tests.api_historic.conftest import KEY, START, FixedClock, fill, register, row
from tests.api_historic.serving import serving
from web.keys import Keys

NOW = START + 2 * DAY


def minutes(first: int, closes: list[str]) -> list[list[object]]:
    return [row(first + at * MINUTE, close, MINUTE) for at, close in enumerate(closes)]


@pytest.fixture(scope="module")
def prices() -> Iterator[httpx.Client]:
    klines = MemoryKlineStore()
    ticks = MemoryTickStore(klines)
    btc = register(klines, "binance", "BTCUSDT", "1m")
    fill(klines, register(klines, "binance", "BTCUSDT", "1h"), [row(START, "99")])
    fill(klines, btc, minutes(NOW - DAY - 2 * MINUTE, ["99", "100", "101", "102"]))
    fill(klines, btc, minutes(NOW - 3 * MINUTE, ["120", "125"]))
    one = Decimal(1)
    ticks.write([Tick("binance", "BTCUSDT", NOW - 500, one, one, one, one, Decimal("130.50"))])
    eth = register(klines, "binance", "ETHUSDT", "1m")
    fill(klines, eth, minutes(NOW - DAY - 3 * HOUR, ["50"]))
    fill(klines, eth, minutes(NOW - 2 * MINUTE, ["60", "150"]))
    ticks.write([Tick("binance", "ETHUSDT", NOW - 90_000, one, one, one, one, one)])
    register(klines, "simulated", "XRPUSDT", "1h")
    for interval in ("1m", "1d"):
        register(klines, "simulated", "SOLUSDT", interval)
    fill(klines, register(klines, "simulated", "SOLUSDT", "1h"), [row(START, "20"), row(START + DAY, "25")])
    stores = Stores(klines, ticks, klines.changes, lambda _: FixedClock(NOW))
    with (
        serving(create_app(stores, Keys.only(KEY))) as address,
        httpx.Client(base_url=address, headers={"X-API-Key": KEY}) as client,
    ):
        yield client


def of(client: httpx.Client, **asked: str) -> dict[str, dict[str, Any]]:
    answer = client.get("/v1/prices", params=asked)
    assert answer.status_code == 200, answer.text
    return {each["symbol"]: each for each in answer.json()["prices"]}


def test_the_newest_tick_is_the_price_and_the_change_is_against_the_close_a_day_before(
    prices: httpx.Client,
) -> None:
    # "100" closed half a second too late, "99" a minute before it.
    assert of(prices)["BTCUSDT"] == {
        "exchange": "binance",
        "symbol": "BTCUSDT",
        "simulated": False,
        "base": "BTC",
        "quote": "USDT",
        "price": "130.5",
        "price_at": NOW - 500,
        "source": "tick",
        "age_ms": 500,
        "market_time": NOW,
        "change_24h": pytest.approx(130.5 / 99 - 1),
        "intervals": ["1m", "1h"],
    }


def test_a_candle_that_closed_after_the_newest_tick_is_the_price(prices: httpx.Client) -> None:
    found = of(prices)["ETHUSDT"]
    assert (found["price"], found["source"], found["price_at"]) == ("150", "kline", NOW - 1)


def test_behind_a_hole_there_is_no_change(prices: httpx.Client) -> None:
    assert of(prices)["ETHUSDT"]["change_24h"] is None


def test_where_the_finest_interval_is_empty_the_others_tell(prices: httpx.Client) -> None:
    found = of(prices)["SOLUSDT"]
    assert (found["price"], found["source"], found["price_at"]) == ("25", "kline", START + DAY + HOUR - 1)
    assert found["change_24h"] == pytest.approx(0.25)
    assert found["intervals"] == ["1m", "1h", "1d"]


def test_a_market_without_rows_has_no_price(prices: httpx.Client) -> None:
    found = of(prices)["XRPUSDT"]
    assert [found[name] for name in ("price", "price_at", "source", "age_ms", "change_24h")] == [None] * 5
    assert found["simulated"] is True


def test_markets_are_chosen_by_symbol_and_exchange(prices: httpx.Client) -> None:
    assert list(of(prices)) == ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT"]
    assert list(of(prices, symbols="ETHUSDT,btcusdt")) == ["BTCUSDT", "ETHUSDT"]
    assert list(of(prices, exchange="simulated")) == ["SOLUSDT", "XRPUSDT"]
    for asked in (
        {"symbols": "BTCEUR"},
        {"exchange": "kraken"},
        {"symbols": "XRPUSDT", "exchange": "binance"},
    ):
        assert prices.get("/v1/prices", params=asked).json()["code"] == "unknown_series"

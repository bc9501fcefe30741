import statistics

import httpx
import pytest

from api_historic.catalogue import Catalogue
from market.errors import UnknownSymbol
from market.interval import HOUR
from market.kline import PRICE_FIELDS, VOLUME_FIELDS
from market.store.memory import MemoryKlineStore
from tests.api_historic.conftest import BARS, GAP, NOW, START, fill, hourly, register

BTC = {"symbol": "BTCUSDT", "interval": "1h"}


def test_symbols_say_what_is_stored_simulated_and_derived(client: httpx.Client) -> None:
    body = client.get("/v1/symbols").json()
    assert body["simulated"] is True
    by_name = {(each["exchange"], each["symbol"]): each for each in body["symbols"]}
    assert by_name["binance", "BTCUSDT"] == {
        "exchange": "binance",
        "symbol": "BTCUSDT",
        "base_asset": "BTC",
        "quote_asset": "USDT",
        "status": "TRADING",
        "simulated": False,
        "derived": [],
        "tick_size": "0.01",
        "lot_step": None,
        "listed_at": START,
        "intervals": [
            {
                "interval": "1h",
                "rows": BARS - 2,
                "first_open": START,
                "last_open": START + (BARS - 1) * HOUR,
                "holes": 1,
                "missing_bars": 2,
                "revisions": 1,
            }
        ],
    }
    assert by_name["simulated", "ETHUSDT"]["simulated"] is True
    assert by_name["simulated", "ETHUSDT"]["derived"] == ["taker_base_volume"]


def test_intervals_are_the_exchange_s_sixteen_with_how_many_series_each_has(client: httpx.Client) -> None:
    body = {each["interval"]: each for each in client.get("/v1/intervals").json()["intervals"]}
    assert len(body) == 16
    assert body["1h"] == {"interval": "1h", "typical_ms": HOUR, "stored": 2}
    assert body["1m"]["stored"] == 2
    assert body["1d"]["stored"] == 0


def test_coverage_names_the_hole_and_its_reason(client: httpx.Client) -> None:
    body = client.get("/v1/coverage", params=BTC).json()
    assert body["missing_bars"] == 2
    assert body["holes"] == [
        {
            "start": GAP[0],
            "end": GAP[1],
            "bars": 2,
            "reason": "outage",
            "evidence": "asked twice, empty both times",
        }
    ]
    assert min(each["start"] for each in body["ranges"]) == START
    assert max(each["end"] for each in body["ranges"]) == START + BARS * HOUR


def test_revisions_keep_what_the_exchange_changed(client: httpx.Client) -> None:
    body = client.get("/v1/revisions", params=BTC).json()
    assert body["total"] == 1
    (found,) = body["revisions"]
    assert (found["open_time"], found["detected_at"]) == (START + 5 * HOUR, NOW)
    assert float(found["old"]["close"]) == 105.1
    assert float(found["new"]["close"]) == 150
    assert client.get("/v1/revisions", params={**BTC, "offset": 1}).json()["revisions"] == []


def test_statistics_describe_the_period_that_was_asked_for(client: httpx.Client) -> None:
    asked = {**BTC, "start": START, "end": START + 5 * HOUR}
    body = client.get("/v1/klines/describe", params=asked).json()
    closes = [100.1, 101.1, 102.1, 103.1, 104.1]
    assert (body["start"], body["end"]) == (START, START + 4 * HOUR)
    assert body["columns"]["close"] == {
        "count": 5,
        "mean": pytest.approx(102.1, rel=1e-12),
        "std": pytest.approx(statistics.stdev(closes), rel=1e-12),
        "min": 100.1,
        "q25": 101.1,
        "median": 102.1,
        "q75": 103.1,
        "max": 104.1,
    }
    assert body["columns"]["trades"]["mean"] == 7
    assert set(body["columns"]) == {*PRICE_FIELDS, *VOLUME_FIELDS, "trades"}


def test_statistics_of_nothing_count_nothing(client: httpx.Client) -> None:
    body = client.get("/v1/klines/describe", params={**BTC, "start": "2031-01-01"}).json()
    assert body["start"] is None
    assert body["columns"]["close"]["count"] == 0
    assert body["columns"]["close"]["mean"] is None


def test_ticks_are_paged_and_exact(client: httpx.Client) -> None:
    body = client.get("/v1/ticks", params={"symbol": "BTCUSDT", "order": "desc", "limit": 2}).json()
    assert body["ticks"][0] == {
        "time": START + 4000,
        "bid": "100.1",
        "bid_quantity": "0.5",
        "ask": "104.2",
        "ask_quantity": "0",
        "last": "0.00000001",
    }
    rest = client.get(
        "/v1/ticks", params={"symbol": "BTCUSDT", "order": "desc", "cursor": body["next_cursor"]}
    ).json()
    assert [each["time"] for each in rest["ticks"]] == [START + 2000, START + 1000, START]
    assert rest["next_cursor"] is None


def test_a_new_series_is_found_without_a_restart() -> None:
    now = [0.0]
    store = MemoryKlineStore()
    known = Catalogue(store, lambda: now[0])
    with pytest.raises(UnknownSymbol):
        known.find(None, "BTCUSDT", "1h")
    series = register(store, "binance", "BTCUSDT", "1h")
    fill(store, series, hourly(START, 1))
    now[0] += 1.1
    assert known.find(None, "BTCUSDT", "1h") == series

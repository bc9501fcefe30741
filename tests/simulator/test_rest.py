"""The REST interface over real HTTP: payloads, error codes, weight."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.interval import HOUR, MINUTE
from market.kline import klines_from_rows
from tests.simulator.times import LISTED, NOW
from tests.simulator_fixture import Simulator


@pytest.fixture
def http(server: Simulator) -> Any:
    with httpx.Client(base_url=f"{server.rest_url}/v3", timeout=60) as client:
        yield client


def test_klines_are_the_exchanges_rows(http: httpx.Client) -> None:
    answer = http.get("/klines", params={"symbol": "BTCUSDT", "interval": "1h", "limit": 3})
    assert answer.headers["Content-Type"] == "application/json;charset=UTF-8"
    rows = answer.json()
    assert [len(row) for row in rows] == [12, 12, 12]
    assert [type(cell) for cell in rows[0]] == [int, *[str] * 5, int, str, int, str, str, str]
    assert rows[-1][0] == NOW // HOUR * HOUR
    assert rows[-1][6] == rows[-1][0] + HOUR - 1
    assert all(len(row[1].partition(".")[2]) == 8 and row[11] == "0" for row in rows)
    assert klines_from_rows(rows).num_rows == 3


def test_limits_default_to_500_and_end_at_1000(http: httpx.Client) -> None:
    asked = {"symbol": "ETHUSDT", "interval": "1m"}
    assert len(http.get("/klines", params=asked).json()) == 500
    assert len(http.get("/klines", params={**asked, "limit": "5000"}).json()) == 1000


def test_microseconds_are_understood_as_times(http: httpx.Client) -> None:
    at = NOW // HOUR * HOUR - 5 * HOUR
    asked = {"symbol": "ETHUSDT", "interval": "1h"}
    in_ms = http.get("/klines", params={**asked, "startTime": at, "endTime": at + HOUR}).json()
    in_us = http.get("/klines", params={**asked, "startTime": at * 1000, "endTime": (at + HOUR) * 1000})
    assert in_us.json() == in_ms
    assert [row[0] for row in in_ms] == [at, at + HOUR]


def test_the_running_bar_changes_while_the_clock_goes_on(http: httpx.Client, server: Simulator) -> None:
    asked = {"symbol": "XRPUSDT", "interval": "1h", "limit": 1}
    before = http.get("/klines", params=asked).json()[0]
    server.control.advance(MINUTE)
    after = http.get("/klines", params=asked).json()[0]
    server.control.clock(set=NOW)
    assert after[0] == before[0]
    assert Decimal(after[5]) > Decimal(before[5])


def test_klines_for_presentation_are_not_the_klines(http: httpx.Client) -> None:
    asked = {"symbol": "BTCUSDT", "interval": "1h", "limit": 5}
    assert http.get("/uiKlines", params=asked).json() != http.get("/klines", params=asked).json()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("symbol=NOSUCH&interval=1h", -1121),
        ("symbol=BTCUSDT&interval=1H", -1120),
        ("symbol=BTCUSDT&interval=7m", -1120),
        ("symbol=btc%20usdt&interval=1h", -1100),
        ("symbol=BTCUSDT&interval=1h&startTime=yesterday", -1100),
        ("symbol=BTCUSDT&interval=1h&endTime=-5", -1100),
        ("symbol=BTCUSDT&interval=1h&limit=", -1100),
        ("interval=1h", -1102),
        ("symbol=BTCUSDT", -1102),
        ("symbol=BTCUSDT&symbol=ETHUSDT&interval=1h", -1101),
        ("symbol=BTCUSDT&interval=1h&colour=red", -1104),
        ("symbol=BTCUSDT&interval=1h&limit=0", -1130),
        ("symbol=BTCUSDT&interval=1d&timeZone=14:30", -1130),
        ("symbol=BTCUSDT&interval=1d&timeZone=east", -1130),
    ],
)
def test_a_wrong_question_gets_the_exchanges_error(http: httpx.Client, query: str, code: int) -> None:
    answer = http.get(f"/klines?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == code
    assert "X-MBX-USED-WEIGHT-1M" in answer.headers


def test_other_paths_are_not_found(http: httpx.Client) -> None:
    assert http.get("/nothing", headers={"Accept": "application/json"}).json()["msg"].endswith("not found")
    page = http.get("/nothing", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


def test_exchange_info_lists_symbols_with_their_assets(http: httpx.Client) -> None:
    info = http.get("/exchangeInfo").json()
    assert [each["symbol"] for each in info["symbols"]] == ["BTCUSDT", "ETHUSDT", "XRPUSDT", "NEWUSDT"]
    assert info["rateLimits"][0]["limit"] == 6000
    assert info["serverTime"] == http.get("/time").json()["serverTime"] == NOW
    (one,) = http.get("/exchangeInfo", params={"symbol": "ETHUSDT"}).json()["symbols"]
    assert (one["status"], one["baseAsset"], one["quoteAsset"]) == ("TRADING", "ETH", "USDT")
    assert one["derivedColumns"] == []
    two = http.get("/exchangeInfo", params={"symbols": '["BTCUSDT","XRPUSDT"]'}).json()["symbols"]
    assert [each["symbol"] for each in two] == ["BTCUSDT", "XRPUSDT"]
    assert http.get("/exchangeInfo", params={"symbolStatus": "BREAK"}).json()["symbols"] == []


def test_a_symbol_is_listed_only_from_its_listing_on(http: httpx.Client, server: Simulator) -> None:
    server.control.clock(set=LISTED - HOUR)
    answer = http.get("/klines", params={"symbol": "NEWUSDT", "interval": "1h"})
    server.control.clock(set=NOW)
    assert answer.json()["code"] == -1121


def test_tickers_agree_with_the_klines(http: httpx.Client) -> None:
    second = {"symbol": "BTCUSDT", "interval": "1s", "limit": 1}
    last = http.get("/klines", params=second).json()[0][4]
    assert http.get("/ticker/price", params={"symbol": "BTCUSDT"}).json() == {
        "symbol": "BTCUSDT",
        "price": last,
    }
    book = http.get("/ticker/bookTicker", params={"symbol": "BTCUSDT"}).json()
    assert Decimal(book["bidPrice"]) < Decimal(book["askPrice"])
    assert last in (book["bidPrice"], book["askPrice"])
    assert Decimal(book["bidQty"]) > 0
    day = http.get("/ticker/24hr", params={"symbol": "BTCUSDT"}).json()
    minutes = [
        row
        for start in (NOW - 24 * HOUR, NOW - 12 * HOUR)
        for row in http.get(
            "/klines",
            params={
                "symbol": "BTCUSDT",
                "interval": "1m",
                "startTime": start,
                "endTime": start + 12 * HOUR - 1,
                "limit": 1000,
            },
        ).json()
    ]
    assert Decimal(day["volume"]) == sum(Decimal(row[5]) for row in minutes)
    assert Decimal(day["highPrice"]) == max(Decimal(row[2]) for row in minutes)
    assert day["count"] == sum(row[8] for row in minutes)
    assert len(http.get("/ticker/24hr").json()) == 4


def test_the_ledger_is_every_final_bar(http: httpx.Client, server: Simulator) -> None:
    ledger = server.control.ledger("NEWUSDT", "1h")
    pages = http.get(
        "/klines", params={"symbol": "NEWUSDT", "interval": "1h", "startTime": 0, "limit": 1000}
    ).json()
    assert ledger == pages[:-1]
    assert len(ledger) == (NOW - LISTED) // HOUR


@pytest.mark.parametrize(
    ("path", "weight"),
    [
        ("/ping", 1),
        ("/klines?symbol=BTCUSDT&interval=1h", 2),
        ("/exchangeInfo", 20),
        ("/ticker/price?symbol=BTCUSDT", 2),
        ("/ticker/price", 4),
        ("/ticker/24hr?symbol=BTCUSDT", 2),
        ("/ticker/24hr", 80),
    ],
)
def test_every_answer_shows_the_weight_used(http: httpx.Client, path: str, weight: int) -> None:
    used = []
    for _ in range(2):  # a second pair where the minute changed between the two
        used = [int(http.get(each).headers["X-MBX-USED-WEIGHT-1M"]) for each in ("/ping", path)]
        if used[1] > used[0]:
            break
    assert used[1] - used[0] == weight

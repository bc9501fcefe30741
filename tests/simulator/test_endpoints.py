"""The rest of the REST interface: book, trades, averages, exchange information, units and time zones."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import httpx
import pytest

from market.interval import DAY, HOUR, MINUTE
from simulator.weight import cost
from tests.simulator.times import NOW
from tests.simulator_fixture import Simulator

MICRO = {"X-MBX-TIME-UNIT": "MICROSECOND"}
BTC = {"symbol": "BTCUSDT"}


@pytest.fixture
def http(server: Simulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.rest_url}/v3", timeout=60) as client:
        yield client


def test_the_book_is_ordered_around_the_best_prices(http: httpx.Client) -> None:
    book = http.get("/depth", params={**BTC, "limit": 200}).json()
    best = http.get("/ticker/bookTicker", params=BTC).json()
    bids, asks = ([Decimal(level[0]) for level in book[side]] for side in ("bids", "asks"))
    assert len(bids) == len(asks) == 200
    assert bids == sorted(set(bids), reverse=True)
    assert asks == sorted(set(asks))
    assert [book["bids"][0], book["asks"][0]] == [
        [best["bidPrice"], best["bidQty"]],
        [best["askPrice"], best["askQty"]],
    ]
    assert all(Decimal(level[1]) > 0 for level in book["bids"] + book["asks"])
    assert len(http.get("/depth", params=BTC).json()["bids"]) == 100


def test_the_last_trades_are_the_youngest_and_end_at_the_last_price(http: httpx.Client) -> None:
    trades = http.get("/trades", params={**BTC, "limit": 7}).json()
    ids = [each["id"] for each in trades]
    assert ids == list(range(ids[0], ids[0] + 7))
    assert trades[-1]["time"] < NOW
    assert Decimal(trades[0]["quoteQty"]) == Decimal(trades[0]["price"]) * Decimal(trades[0]["qty"])


def test_aggregate_trades_have_consecutive_ids_over_pages(http: httpx.Client) -> None:
    first = http.get("/aggTrades", params={**BTC, "limit": 100}).json()
    start = first[0]["a"] - 950
    pages = [
        http.get("/aggTrades", params={**BTC, "fromId": start + at, "limit": 500}).json() for at in (0, 500)
    ]
    ids = [each["a"] for page in pages for each in page]
    assert ids == list(range(start, start + 1000))
    times = [each["T"] for page in pages for each in page]
    assert times == sorted(times)


def test_aggregate_trades_of_a_minute_add_up_to_its_bar(http: httpx.Client) -> None:
    opened = NOW // MINUTE * MINUTE - 5 * MINUTE
    bar = http.get("/klines", params={**BTC, "interval": "1m", "startTime": opened, "limit": 1}).json()[0]
    asked = {**BTC, "startTime": opened, "endTime": opened + MINUTE - 1, "limit": 1000}
    trades = http.get("/aggTrades", params=asked).json()
    assert len(trades) == bar[8]
    assert sum(Decimal(each["q"]) for each in trades) == Decimal(bar[5])
    assert all(opened <= each["T"] < opened + MINUTE for each in trades)
    both_ends = {**asked, "startTime": trades[3]["T"], "endTime": trades[3]["T"]}
    assert trades[3] in http.get("/aggTrades", params=both_ends).json()


def test_an_id_and_a_time_do_not_go_together(http: httpx.Client) -> None:
    answer = http.get("/aggTrades", params={**BTC, "fromId": 1, "startTime": NOW})
    assert (answer.status_code, answer.json()["code"]) == (400, -1128)


def test_the_average_price_is_that_of_five_minutes(http: httpx.Client) -> None:
    average = http.get("/avgPrice", params=BTC).json()
    asked = {**BTC, "interval": "1m", "startTime": NOW - 5 * MINUTE}
    bars = http.get("/klines", params=asked).json()
    exact = sum(Decimal(bar[7]) for bar in bars) / sum(Decimal(bar[5]) for bar in bars)
    assert average["mins"] == 5
    assert abs(Decimal(average["price"]) - exact) <= Decimal("1e-8")
    assert NOW - 1000 <= average["closeTime"] < NOW


def test_exchange_information_has_limits_and_filters(http: httpx.Client) -> None:
    info = http.get("/exchangeInfo").json()
    limits = {(each["rateLimitType"], each["interval"]): each["limit"] for each in info["rateLimits"]}
    assert limits[("REQUEST_WEIGHT", "MINUTE")] == 6000
    assert limits[("RAW_REQUESTS", "MINUTE")] == 300_000
    filters = {each["filterType"]: each for each in info["symbols"][0]["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.01000000"
    assert filters["LOT_SIZE"]["stepSize"] == "0.00001000"
    both = http.get("/exchangeInfo", params={**BTC, "symbolStatus": "TRADING"})
    assert both.json()["code"] == -1128
    wrong = http.get("/ticker/price", params={**BTC, "symbolStatus": "HALT"})
    assert wrong.json()["code"] == -1220
    assert http.get("/ticker/price", params={"symbolStatus": "HALT"}).json() == []


@pytest.mark.parametrize(
    ("path", "query", "weight"),
    [
        ("depth", {}, 5),
        ("depth", {"limit": "100"}, 5),
        ("depth", {"limit": "101"}, 25),
        ("depth", {"limit": "1000"}, 50),
        ("depth", {"limit": "5000"}, 250),
        ("trades", {}, 25),
        ("aggTrades", {}, 4),
        ("avgPrice", {}, 2),
        ("uiKlines", {}, 2),
        ("time", {}, 1),
    ],
)
def test_each_endpoint_has_the_exchanges_weight(path: str, query: dict[str, str], weight: int) -> None:
    assert cost(f"/api/v3/{path}", query) == weight


def test_answers_are_in_microseconds_when_the_header_asks(http: httpx.Client) -> None:
    assert http.get("/time", headers=MICRO).json() == {"serverTime": NOW * 1000}
    asked = {**BTC, "interval": "1h", "limit": 2}
    plain, micro = (http.get("/klines", params=asked, headers=each).json() for each in ({}, MICRO))
    assert [row[0] for row in micro] == [row[0] * 1000 for row in plain]
    assert [row[6] for row in micro] == [row[6] * 1000 + 999 for row in plain]
    assert [row[1:6] for row in micro] == [row[1:6] for row in plain]
    trade = http.get("/aggTrades", params={**BTC, "limit": 1}, headers=MICRO).json()[0]
    assert trade["T"] > 10**15
    day = http.get("/ticker/24hr", params=BTC, headers=MICRO).json()
    assert (day["closeTime"], day["openTime"]) == (NOW * 1000, (NOW - DAY) * 1000)


def test_a_time_zone_moves_the_borders_of_days(http: httpx.Client) -> None:
    asked = {**BTC, "interval": "1d", "limit": 3, "timeZone": "8"}
    days = http.get("/klines", params=asked).json()
    assert [day[0] % DAY for day in days] == [16 * HOUR] * 3
    assert [day[6] - day[0] for day in days] == [DAY - 1] * 3
    hours = http.get(
        "/klines", params={**BTC, "interval": "1h", "startTime": days[0][0], "endTime": days[0][6]}
    ).json()
    assert len(hours) == 24
    assert Decimal(days[0][5]) == sum(Decimal(hour[5]) for hour in hours)
    assert [days[0][1], days[0][4]] == [hours[0][1], hours[-1][4]]


@pytest.mark.parametrize(
    ("interval", "zone", "borders"),
    [("1h", "5:30", {30 * MINUTE}), ("4h", "-1:00", {HOUR, 5 * HOUR, 9 * HOUR}), ("1h", "8", {0})],
)
def test_a_time_zone_moves_shorter_bars_only_where_it_must(
    http: httpx.Client, interval: str, zone: str, borders: set[int]
) -> None:
    rows = http.get("/klines", params={**BTC, "interval": interval, "limit": 50, "timeZone": zone}).json()
    assert len(rows) == 50
    length = HOUR if interval == "1h" else 12 * HOUR
    assert {row[0] % length for row in rows} == borders


def test_the_bounds_of_a_question_stay_utc_in_a_time_zone(http: httpx.Client) -> None:
    start = NOW // DAY * DAY - 10 * DAY
    asked = {**BTC, "interval": "1d", "startTime": start, "endTime": start + 3 * DAY, "timeZone": "8"}
    rows = http.get("/klines", params=asked).json()
    assert [row[0] for row in rows] == [start + day * DAY + 16 * HOUR for day in range(3)]
    months = http.get("/klines", params={**BTC, "interval": "1M", "limit": 4, "timeZone": "-12:00"}).json()
    assert len(months) == 4
    assert all(row[0] % DAY == 12 * HOUR for row in months)

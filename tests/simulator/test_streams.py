"""Streams: which frames are due, and their fields."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest

from market.interval import HOUR, MINUTE, SECOND, Interval
from simulator.markets.generated import GeneratedMarket
from simulator.paging import window
from simulator.streams import Frame, frames, parse
from simulator.trades import Tape
from simulator.wire import decimal
from tests.simulator.sockets import connected, opened, receive, take
from tests.simulator.times import NOW
from tests.simulator_fixture import Simulator

OPEN_MINUTE = NOW // MINUTE * MINUTE


def due(market: GeneratedMarket, name: str, since: int, until: int, step: int = 25) -> list[Frame]:
    """Frames that a pump sends which looks every `step` ms."""
    stream = parse(name)
    assert stream is not None
    found, tape = [], Tape(market)
    for at in range(since, until, step):
        found += list(frames(market, tape, stream, at, min(at + step, until)))
    return found


def klines(found: list[Frame], final: bool) -> list[dict[str, Any]]:
    return [frame.payload["k"] for frame in found if frame.payload["k"]["x"] is final]  # type: ignore[index, misc]


def test_running_frames_come_every_two_seconds(generated: GeneratedMarket) -> None:
    found = due(generated, "btcusdt@kline_1m", OPEN_MINUTE, OPEN_MINUTE + MINUTE)
    running = [frame.time for frame in found if not frame.payload["k"]["x"]]  # type: ignore[index]
    assert running == list(range(OPEN_MINUTE + 2 * SECOND, OPEN_MINUTE + MINUTE + 1, 2 * SECOND))


def test_one_second_klines_come_every_second(generated: GeneratedMarket) -> None:
    found = due(generated, "btcusdt@kline_1s", OPEN_MINUTE, OPEN_MINUTE + 10 * SECOND)
    assert len(klines(found, final=False)) == 10
    assert len(klines(found, final=True)) == 10


@pytest.mark.parametrize("step", [25, 1_000, 90_000, 20 * MINUTE])
def test_every_close_is_announced_once_whatever_the_pace(generated: GeneratedMarket, step: int) -> None:
    found = due(generated, "ethusdt@kline_1m", OPEN_MINUTE, OPEN_MINUTE + 20 * MINUTE + 3 * SECOND, step)
    opens = [each["t"] for each in klines(found, final=True)]
    late = [OPEN_MINUTE - MINUTE] if opens[0] < OPEN_MINUTE else []
    assert opens == late + list(range(OPEN_MINUTE, OPEN_MINUTE + 20 * MINUTE, MINUTE))
    for frame in found:
        if frame.payload["k"]["x"]:  # type: ignore[index]
            assert 5 <= frame.time - frame.payload["k"]["T"] - 1 <= 2_005  # type: ignore[index]


def test_a_closing_frame_carries_what_rest_will_say(generated: GeneratedMarket) -> None:
    found = due(generated, "xrpusdt@kline_1h", NOW, NOW + HOUR, MINUTE)
    (final,) = klines(found, final=True)
    (row,) = generated.bars("XRPUSDT", Interval("1h"), window(final["t"], None, 1), NOW + 2 * HOUR)
    columns = [final[key] for key in ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q")]
    expected = [int(row[at]) if at in (0, 6, 8) else decimal(row[at]) for at in range(11)]
    assert columns == expected
    assert (final["s"], final["i"], final["B"]) == ("XRPUSDT", "1h", "0")


def test_the_book_ticker_has_no_time_and_a_growing_update_number(generated: GeneratedMarket) -> None:
    found = due(generated, "btcusdt@bookTicker", NOW, NOW + 5 * SECOND)
    assert [set(frame.payload) for frame in found] == [{"u", "s", "b", "B", "a", "A"}] * 5
    updates = [frame.payload["u"] for frame in found]
    assert updates == sorted(set(updates))
    assert all(Decimal(str(f.payload["b"])) < Decimal(str(f.payload["a"])) for f in found)


def test_trades_add_up_to_the_volume(generated: GeneratedMarket) -> None:
    found = due(generated, "btcusdt@trade", OPEN_MINUTE, OPEN_MINUTE + 2 * MINUTE)
    bars = generated.bars("BTCUSDT", Interval("1m"), window(OPEN_MINUTE, None, 2), NOW + HOUR)
    assert sum(Decimal(str(frame.payload["q"])) for frame in found) == Decimal(int(bars[:, 5].sum())) / 10**8
    assert set(found[0].payload) == {"e", "E", "s", "t", "p", "q", "T", "m", "M"}


def test_trade_ids_are_consecutive_and_aggregates_agree(generated: GeneratedMarket) -> None:
    trades, aggregates = (
        [frame.payload for frame in due(generated, f"btcusdt@{kind}", NOW, NOW + 20 * SECOND)]
        for kind in ("trade", "aggTrade")
    )
    ids = [each["t"] for each in trades]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert [each["f"] for each in aggregates] == [each["l"] for each in aggregates] == ids
    assert [each["a"] - aggregates[0]["a"] for each in aggregates] == list(range(len(ids)))  # type: ignore[operator]
    for key in ("p", "q", "T", "m"):
        assert [each[key] for each in aggregates] == [each[key] for each in trades]
    assert set(aggregates[0]) == {"e", "E", "s", "a", "p", "q", "f", "l", "T", "m", "M"}


def test_a_candle_names_its_first_and_last_trade(generated: GeneratedMarket) -> None:
    trades = due(generated, "btcusdt@trade", OPEN_MINUTE, OPEN_MINUTE + MINUTE)
    candles = due(generated, "btcusdt@kline_1m", OPEN_MINUTE + MINUTE, OPEN_MINUTE + MINUTE + 3 * SECOND)
    (candle,) = klines(candles, final=True)
    assert (candle["f"], candle["L"]) == (trades[0].payload["t"], trades[-1].payload["t"])


def test_the_mini_ticker_has_its_fields(generated: GeneratedMarket) -> None:
    (frame,) = due(generated, "btcusdt@miniTicker", OPEN_MINUTE, OPEN_MINUTE + SECOND)
    assert set(frame.payload) == {"e", "E", "s", "c", "o", "h", "l", "v", "q"}


@pytest.mark.parametrize("name", ["btcusdt@kline_7m", "btcusdt@nothing", "!ticker@arr", "btcusdt"])
def test_unknown_streams_are_silent(name: str) -> None:
    assert parse(name) is None


async def test_a_combined_stream_wraps_each_payload(server: Simulator) -> None:
    names = "btcusdt@kline_1m/ethusdt@bookTicker"
    async with connected(server, f"stream?streams={names}") as client:
        server.control.advance(2 * SECOND)
        wrapped = await take(client, 2)
    assert {each["stream"] for each in wrapped} == set(names.split("/"))
    assert {each["data"]["s"] for each in wrapped} == {"BTCUSDT", "ETHUSDT"}


async def test_a_raw_stream_sends_bare_payloads(server: Simulator) -> None:
    async with connected(server, "ws/btcusdt@kline_1m") as client:
        server.control.advance(2 * MINUTE)
        found = await take(client, 3)
    assert [each["e"] for each in found] == ["kline"] * 3
    assert sorted(each["k"]["x"] for each in found) == [False, True, True]


async def test_subscriptions_change_while_the_socket_is_open(server: Simulator) -> None:
    async with opened(server, "ws") as ws:
        names = ["btcusdt@trade", "ethusdt@bookTicker"]
        await ws.send(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
        assert await receive(ws) == {"result": None, "id": 1}
        await ws.send(json.dumps({"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 2}))
        assert await receive(ws) == {"result": None, "id": 2}
        await ws.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 3}))
        assert await receive(ws) == {"result": ["ethusdt@bookTicker"], "id": 3}
        server.control.advance(SECOND)
        assert (await receive(ws))["s"] == "ETHUSDT"
        await ws.send("{")
        assert (await receive(ws))["code"] == 3
        await ws.send(json.dumps({"method": "DANCE", "id": 4}))
        assert (await receive(ws))["code"] == 2


@pytest.mark.parametrize(("kind", "key", "path"), [("trade", "t", "trades"), ("aggTrade", "a", "aggTrades")])
async def test_trades_of_a_stream_are_those_of_rest(
    server: Simulator, kind: str, key: str, path: str
) -> None:
    async with connected(server, f"ws/btcusdt@{kind}") as client:
        server.control.advance(20 * SECOND)
        found = [await receive(client) for _ in range(50)]
    told = httpx.get(f"{server.rest_url}/v3/{path}?symbol=BTCUSDT&limit=1000", timeout=60).json()
    by_id = {each["id" if kind == "trade" else "a"]: each for each in told}
    for each in found:
        row = by_id[each[key]]
        names = ("price", "qty", "time", "isBuyerMaker") if kind == "trade" else ("p", "q", "T", "m")
        assert [row[name] for name in names] == [each[name] for name in ("p", "q", "T", "m")]

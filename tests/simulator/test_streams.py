"""Streams: which frames are due, and their fields."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import aiohttp
import pytest

from market.interval import HOUR, MINUTE, SECOND, Interval
from simulator.markets.generated import GeneratedMarket
from simulator.paging import window
from simulator.streams import Frame, frames, parse
from simulator.trades import Tape
from simulator.wire import decimal
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


def test_the_mini_ticker_has_its_fields(generated: GeneratedMarket) -> None:
    (frame,) = due(generated, "btcusdt@miniTicker", OPEN_MINUTE, OPEN_MINUTE + SECOND)
    assert set(frame.payload) == {"e", "E", "s", "c", "o", "h", "l", "v", "q"}


@pytest.mark.parametrize("name", ["btcusdt@kline_7m", "btcusdt@nothing", "!ticker@arr", "btcusdt"])
def test_unknown_streams_are_silent(name: str) -> None:
    assert parse(name) is None


async def receive(ws: aiohttp.ClientWebSocketResponse) -> Any:
    return await ws.receive_json(timeout=5)


async def test_a_combined_stream_wraps_each_payload(server: Simulator) -> None:
    names = "btcusdt@kline_1m/ethusdt@bookTicker"
    address = f"{server.ws_url}stream?streams={names}"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as ws:
        await asyncio.sleep(0.1)
        server.control.advance(2 * SECOND)
        wrapped = [await receive(ws) for _ in range(2)]
    assert {each["stream"] for each in wrapped} == set(names.split("/"))
    assert {each["data"]["s"] for each in wrapped} == {"BTCUSDT", "ETHUSDT"}


async def test_a_raw_stream_sends_bare_payloads(server: Simulator) -> None:
    address = f"{server.ws_url}ws/btcusdt@kline_1m"
    async with aiohttp.ClientSession() as session, session.ws_connect(address) as ws:
        await asyncio.sleep(0.1)
        server.control.advance(2 * MINUTE)
        found = [await receive(ws) for _ in range(3)]
    assert [each["e"] for each in found] == ["kline"] * 3
    assert sorted(each["k"]["x"] for each in found) == [False, True, True]


async def test_subscriptions_change_while_the_socket_is_open(server: Simulator) -> None:
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{server.ws_url}ws") as ws:
        await ws.send_json(
            {"method": "SUBSCRIBE", "params": ["btcusdt@trade", "ethusdt@bookTicker"], "id": 1}
        )
        assert await receive(ws) == {"result": None, "id": 1}
        await ws.send_json({"method": "UNSUBSCRIBE", "params": ["btcusdt@trade"], "id": 2})
        assert await receive(ws) == {"result": None, "id": 2}
        await ws.send_json({"method": "LIST_SUBSCRIPTIONS", "id": 3})
        assert await receive(ws) == {"result": ["ethusdt@bookTicker"], "id": 3}
        server.control.advance(SECOND)
        assert (await receive(ws))["s"] == "ETHUSDT"
        await ws.send_str("{")
        assert (await receive(ws))["code"] == 3
        await ws.send_json({"method": "DANCE", "id": 4})
        assert (await receive(ws))["code"] == 2

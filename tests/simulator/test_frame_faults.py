"""Frames that come late, twice, altered, out of order, broken, or never."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosedError

from market.interval import MINUTE, SECOND
from tests.simulator.sockets import PATIENCE_S, connected, receive, take
from tests.simulator.times import NOW
from tests.simulator_fixture import Simulator

M1 = "ws/btcusdt@kline_1m"
BAR = NOW // MINUTE * MINUTE
AFTER_THE_CLOSE = 6 * SECOND  # from NOW: past the close of BAR and its closing frame


@pytest.fixture
def faulty(server: Simulator) -> Iterator[Simulator]:
    yield server
    server.control.clear_stream_faults()


def row(server: Simulator, open_time: int) -> list[Any]:
    """What REST says about the bar."""
    query = f"symbol=BTCUSDT&interval=1m&startTime={open_time}&limit=1"
    return list(httpx.get(f"{server.rest_url}/v3/klines?{query}", timeout=60).json()[0])


def values(bar: dict[str, Any]) -> list[Any]:
    """A stream's bar in the order of REST."""
    return [bar[key] for key in ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")]


async def test_without_a_fault_the_closing_frame_is_what_rest_says(faulty: Simulator) -> None:
    async with connected(faulty, M1) as client:
        faulty.control.advance(AFTER_THE_CLOSE)
        closed, running = sorted(await take(client, 2), key=lambda each: not each["k"]["x"])
    assert (closed["k"]["t"], running["k"]["t"]) == (BAR, BAR + MINUTE)
    assert values(closed["k"]) == row(faulty, BAR)
    assert closed["k"]["L"] - closed["k"]["f"] + 1 == closed["k"]["n"]


async def test_a_closing_frame_comes_late(faulty: Simulator) -> None:
    faulty.control.stream_fault("late", only="closing", delay_ms=10 * SECOND)
    async with connected(faulty, M1) as client:
        faulty.control.advance(AFTER_THE_CLOSE)
        running = await receive(client)
        faulty.control.advance(10 * SECOND)
        later = await take(client, 2)
    assert (running["k"]["t"], running["k"]["x"]) == (BAR + MINUTE, False)
    (closed,) = [each for each in later if each["k"]["x"]]
    assert values(closed["k"]) == row(faulty, BAR)


async def test_a_closing_frame_never_comes(faulty: Simulator) -> None:
    faulty.control.stream_fault("lost", only="closing")
    found = []
    async with connected(faulty, M1) as client:
        for step in (AFTER_THE_CLOSE, MINUTE):
            faulty.control.advance(step)
            found += await take(client, 1 if step == AFTER_THE_CLOSE else 2)
    assert [each["k"]["t"] for each in found if each["k"]["x"]] == [BAR + MINUTE]
    assert faulty.control.counters()["stream_faults"]["lost"] >= 1


async def test_a_closing_frame_differs_from_rest(faulty: Simulator) -> None:
    faulty.control.stream_fault("altered", only="closing")
    async with connected(faulty, M1) as client:
        faulty.control.advance(AFTER_THE_CLOSE)
        (bar,) = [each["k"] for each in await take(client, 2) if each["k"]["x"]]
    told = row(faulty, BAR)
    differing = [at for at, (left, right) in enumerate(zip(values(bar), told, strict=True)) if left != right]
    assert differing == [4, 5, 7, 8]  # close, volume, quote volume, trades
    assert bar["c"] in (told[2], told[3])
    assert bar["n"] == told[8] + 1


async def test_the_next_bars_first_frame_comes_before_the_close(faulty: Simulator) -> None:
    faulty.control.stream_fault("swapped", only="closing")
    async with connected(faulty, M1) as client:
        faulty.control.advance(AFTER_THE_CLOSE)
        found = await take(client, 2)
        faulty.control.advance(2 * SECOND)
        following = await receive(client)
    assert [(each["k"]["t"], each["k"]["x"]) for each in found] == [(BAR + MINUTE, False), (BAR, True)]
    assert following["k"]["t"] == BAR + MINUTE


async def books(server: Simulator, seconds: int) -> list[int]:
    """Update numbers of BTCUSDT, counted from NOW, second by second; ETHUSDT tells when one was sent."""
    first, seen = NOW // SECOND, list[int]()
    async with connected(server, "ws/btcusdt@bookTicker/ethusdt@bookTicker") as client:
        for second in range(1, seconds + 1):
            server.control.advance(SECOND)
            while (book := await receive(client))["s"] != "ETHUSDT":
                seen.append(book["u"] - first)
            assert book["u"] == first + second
    return seen


async def test_frames_come_twice_and_out_of_order(faulty: Simulator) -> None:
    faulty.control.stream_fault("duplicate", stream="btcusdt@*")
    faulty.control.stream_fault("swapped", stream="btcusdt@*", after=1)
    assert await books(faulty, 5) == [1, 1, 3, 2, 4, 5]


async def test_frames_are_lost_for_a_span_of_market_time(faulty: Simulator) -> None:
    faulty.control.stream_fault("lost", for_ms=3 * SECOND, stream="btcusdt@*")
    assert await books(faulty, 5) == [4, 5]


async def test_a_share_of_the_frames_is_lost_as_the_seed_says(faulty: Simulator) -> None:
    seen = []
    for seed in (3, 3, 4):
        faulty.control.clock(set=NOW)
        faulty.control.stream_fault("lost", for_ms=MINUTE, share=0.4, seed=seed, stream="btcusdt@*")
        seen.append(await books(faulty, 12))
        faulty.control.clear_stream_faults()
    assert seen[0] == seen[1] != seen[2]
    assert all(0 < len(each) < 12 for each in seen)


async def test_a_burst_is_a_thousand_frames(faulty: Simulator) -> None:
    faulty.control.stream_fault("burst", size=1_500)
    async with connected(faulty, M1) as client:
        faulty.control.advance(2 * SECOND)
        found = await take(client, 1_500)
    due = (NOW + 2 * SECOND) // (2 * SECOND) * 2 * SECOND
    assert [each["E"] for each in found] == list(range(due - 1_499, due + 1))
    assert len({json.dumps(each["k"]) for each in found}) == 1


async def test_a_frame_is_half_its_json(faulty: Simulator) -> None:
    faulty.control.stream_fault("malformed")
    async with connected(faulty, M1) as client:
        faulty.control.advance(2 * SECOND)
        half = await asyncio.wait_for(client.recv(), PATIENCE_S)
        faulty.control.advance(2 * SECOND)
        whole = await receive(client)
    with pytest.raises(json.JSONDecodeError):
        json.loads(half)
    assert str(half).startswith('{"e":"kline"')
    assert whole["k"]["t"] == BAR + MINUTE


@pytest.mark.parametrize(("kind", "code"), [("undecodable", 1007), ("oversized", 1009)])
async def test_a_client_gives_up_on_a_frame_it_cannot_read(faulty: Simulator, kind: str, code: int) -> None:
    faulty.control.stream_fault(kind)
    async with connected(faulty, M1) as client:
        faulty.control.advance(2 * SECOND)
        with pytest.raises(ConnectionClosedError) as refused:
            await asyncio.wait_for(client.recv(), PATIENCE_S)
    assert refused.value.sent is not None
    assert refused.value.sent.code == code

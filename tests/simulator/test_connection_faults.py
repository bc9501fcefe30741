"""Connections that end, freeze or fall silent, and clients that are turned away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from market.interval import HOUR, MINUTE, SECOND
from tests.simulator.sockets import PATIENCE_S, closing, connected, opened, receive
from tests.simulator.times import NOW
from tests.simulator_fixture import Simulator

BOOK = "ws/btcusdt@bookTicker"
A_MOMENT_S = 0.3  # long enough for a frame that should not come


@pytest.fixture
def faulty(server: Simulator) -> Iterator[Simulator]:
    yield server
    server.control.clear_stream_faults()


async def strike(server: Simulator, kind: str, **options: object) -> None:
    """Arm a fault and wait until a connection suffers it."""
    before = server.control.counters()["stream_faults"].get(kind, 0)
    server.control.stream_fault(kind, **options)
    async with asyncio.timeout(PATIENCE_S):
        while server.control.counters()["stream_faults"].get(kind, 0) == before:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("code", [1000, 1001, 1006, 1008, 1011])
async def test_a_connection_is_closed_with_a_code(faulty: Simulator, code: int) -> None:
    async with connected(faulty, BOOK) as client:
        faulty.control.stream_fault("close", code=code)
        assert (await closing(client))[0] == code
    async with connected(faulty, BOOK) as client:
        faulty.control.advance(SECOND)
        assert (await receive(client))["s"] == "BTCUSDT"


async def test_a_connection_is_reset(faulty: Simulator) -> None:
    async with connected(faulty, BOOK) as client:
        faulty.control.stream_fault("reset")
        with pytest.raises(ConnectionClosed) as ended:
            await asyncio.wait_for(client.recv(), PATIENCE_S)
    assert ended.value.rcvd is None
    assert isinstance(ended.value.__cause__, ConnectionResetError)


async def test_a_connection_ends_after_so_many_frames_of_a_stream(faulty: Simulator) -> None:
    faulty.control.stream_fault("close", code=1001, stream="btcusdt@*", after=2)
    async with connected(faulty, "ws/ethusdt@bookTicker") as other, connected(faulty, BOOK) as client:
        for _ in range(2):
            faulty.control.advance(SECOND)
            assert (await receive(client))["s"] == "BTCUSDT"
            assert (await receive(other))["s"] == "ETHUSDT"
        assert await closing(client) == (1001, "")
        faulty.control.advance(SECOND)
        assert (await receive(other))["s"] == "ETHUSDT"


async def test_two_connections_end_at_a_market_time(faulty: Simulator) -> None:
    until = NOW + 2 * HOUR
    faulty.control.stream_fault("close", code=1011, count=2, **{"from": NOW + HOUR, "until": until})
    async with connected(faulty, BOOK) as first, connected(faulty, BOOK) as second:
        faulty.control.advance(HOUR - SECOND)
        assert [(await receive(each))["s"] for each in (first, second)] == ["BTCUSDT"] * 2
        faulty.control.advance(SECOND)
        assert [(await closing(each))[0] for each in (first, second)] == [1011, 1011]
        async with connected(faulty, BOOK) as third:
            faulty.control.advance(SECOND)
            assert (await receive(third))["s"] == "BTCUSDT"


async def test_a_half_open_connection_answers_nothing(faulty: Simulator) -> None:
    async with connected(faulty, BOOK) as client:
        await strike(faulty, "half_open")
        faulty.control.advance(SECOND)
        answer = await client.ping()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(answer), A_MOMENT_S)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), A_MOMENT_S)
        client.transport.abort()


async def test_a_silent_connection_still_answers_pings(faulty: Simulator) -> None:
    async with connected(faulty, BOOK) as client:
        await strike(faulty, "silent")
        faulty.control.advance(SECOND)
        await asyncio.wait_for(await client.ping(), PATIENCE_S)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), A_MOMENT_S)


async def test_one_stream_is_silent_and_the_other_goes_on(faulty: Simulator) -> None:
    async with connected(faulty, "stream?streams=btcusdt@bookTicker/btcusdt@kline_1m") as client:
        await strike(faulty, "silent", stream="*@kline_1m")
        found = []
        for _ in range(3):
            faulty.control.advance(2 * SECOND)
            found.append((await receive(client))["stream"])
    assert found == ["btcusdt@bookTicker"] * 3


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (BOOK, {"e": "serverShutdown", "E": NOW}),
        (
            "stream?streams=btcusdt@bookTicker",
            {"stream": "!serverShutdown", "data": {"e": "serverShutdown", "E": NOW}},
        ),
    ],
)
async def test_a_shutdown_is_announced_before_the_end(faulty: Simulator, path: str, expected: object) -> None:
    async with connected(faulty, path) as client:
        faulty.control.stream_fault("shutdown", delay_ms=MINUTE)
        assert await receive(client) == expected
        faulty.control.advance(MINUTE - SECOND)
        await receive(client)
        faulty.control.advance(SECOND)
        assert (await closing(client))[0] == 1001


async def test_clients_are_refused_for_45_seconds_of_market_time(faulty: Simulator) -> None:
    faulty.control.stream_fault("refused", for_ms=45 * SECOND)
    for _ in range(3):
        with pytest.raises((OSError, EOFError, InvalidHandshake)):
            await opened(faulty, BOOK)
        faulty.control.advance(14 * SECOND)
    faulty.control.advance(3 * SECOND)
    async with connected(faulty, BOOK):
        assert faulty.control.counters()["stream_faults"]["refused"] >= 3


async def test_an_upgrade_is_never_answered(faulty: Simulator) -> None:
    faulty.control.stream_fault("no_upgrade")
    waiting = opened(faulty, BOOK)
    waiting.open_timeout = A_MOMENT_S
    with pytest.raises(TimeoutError):
        await waiting
    async with connected(faulty, BOOK):
        pass


@pytest.mark.parametrize(("status", "retry_after"), [(429, "7"), (403, None)])
async def test_an_upgrade_is_answered_with_a_status(
    faulty: Simulator, status: int, retry_after: str | None
) -> None:
    faulty.control.stream_fault("upgrade_status", status=status, retry_after=7, after=1)
    async with connected(faulty, BOOK):
        pass
    with pytest.raises(InvalidStatus) as refused:
        await opened(faulty, BOOK)
    assert refused.value.response.status_code == status
    assert refused.value.response.headers.get("Retry-After") == retry_after
    async with connected(faulty, BOOK):
        pass

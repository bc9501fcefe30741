"""What the exchange demands of a connection: answers to pings, patience, few streams, a new one every day."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import aiohttp
import pytest
from websockets.exceptions import ConnectionClosed

from market.interval import DAY, SECOND
from simulator.connection_rules import ConnectionRules
from simulator.keepalive import Keepalive
from tests.simulator.sockets import PATIENCE_S, closing, connected, opened, receive
from tests.simulator_fixture import Simulator

BOOK = "ws/btcusdt@bookTicker"


@pytest.fixture
def strict(server: Simulator) -> Iterator[Simulator]:
    yield server
    server.control.clear_stream_faults()


def test_the_exchanges_own_rules_hold_unless_they_are_changed() -> None:
    own = {"ping_s": 20, "pong_within_s": 60, "messages_per_s": 5, "streams": 1_024, "valid_for_ms": DAY}
    assert ConnectionRules().model_dump() == own


def test_pings_come_every_20_seconds_and_need_an_answer_within_60() -> None:
    now = [1_000.0]
    alive = Keepalive(ConnectionRules(), lambda: now[0])
    pings = []
    for second in range(1, 121):
        now[0] = 1_000 + second
        if payload := alive.ping():
            pings.append(second)
            if second == 40:
                alive.pong(payload)
            else:
                alive.pong(b"nobody asked")
        if alive.unanswered():
            break
    assert pings == [20, 40, 60, 80, 100]
    assert second == 101


def test_the_sixth_message_of_a_second_is_one_too_many() -> None:
    now = [0.0]
    alive = Keepalive(ConnectionRules(), lambda: now[0])
    verdicts = []
    for tenth in (0, 1, 2, 3, 4, 10, 15, 16, 17, 18, 19):
        now[0] = tenth / 10
        verdicts.append(alive.too_fast())
    assert verdicts == [False] * 10 + [True]


async def test_a_client_that_answers_pings_is_kept(strict: Simulator) -> None:
    strict.control.connection_rules(ping_s=0.05, messages_per_s=1_000)
    async with connected(strict, BOOK) as client:
        before = strict.control.counters()["socket_events"].get("pings", 0)
        async with asyncio.timeout(PATIENCE_S):
            while strict.control.counters()["socket_events"].get("pings", 0) < before + 5:
                await asyncio.sleep(0.02)
        strict.control.advance(SECOND)
        assert (await receive(client))["s"] == "BTCUSDT"


async def test_a_client_that_answers_no_ping_is_dropped(strict: Simulator) -> None:
    strict.control.connection_rules(ping_s=0.05, pong_within_s=0.2)
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(strict.ws_url + BOOK, autoping=False) as client,
    ):
        kinds = [(await client.receive(timeout=PATIENCE_S)).type]
        while not client.closed:
            kinds.append((await client.receive(timeout=PATIENCE_S)).type)
    assert kinds[0] is aiohttp.WSMsgType.PING
    assert client.close_code == 1008
    assert strict.control.counters()["socket_events"]["unanswered_pings"] >= 1


async def test_a_client_that_reads_nothing_is_dropped(strict: Simulator) -> None:
    strict.control.connection_rules(ping_s=0.05, pong_within_s=0.5)
    strict.control.stream_fault("burst", size=30_000)
    dropped = strict.control.counters()["socket_events"].get("unanswered_pings", 0)
    upgrade = f"GET /{BOOK} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    upgrade += "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    with socket.create_connection(("127.0.0.1", int(strict.url.rpartition(":")[2]))) as deaf:
        deaf.sendall(upgrade.encode())
        assert deaf.recv(12) == b"HTTP/1.1 101"
        async with asyncio.timeout(PATIENCE_S):
            while strict.control.counters()["socket_events"].get("unanswered_pings", 0) == dropped:
                strict.control.advance(SECOND)
                await asyncio.sleep(0.05)
            while strict.control.counters()["sockets"]:
                await asyncio.sleep(0.05)


async def test_a_connection_lasts_a_day_of_market_time(strict: Simulator) -> None:
    async with connected(strict, BOOK) as client:
        strict.control.advance(DAY - SECOND)
        assert (await receive(client))["s"] == "BTCUSDT"
        strict.control.advance(SECOND)
        assert (await closing(client))[0] == 1001


async def test_too_many_messages_end_the_connection(strict: Simulator) -> None:
    async with opened(strict, BOOK) as client:
        with suppress(ConnectionClosed):
            for number in range(40):
                await client.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": number}))
        assert await closing(client) == (1008, "Too many requests")


async def test_a_connection_takes_1024_streams(strict: Simulator) -> None:
    names = [f"coin{number}usdt@trade" for number in range(1_024)]
    async with opened(strict, "ws") as client:
        await client.send(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
        assert await receive(client) == {"result": None, "id": 1}
        await client.send(json.dumps({"method": "SUBSCRIBE", "params": ["btcusdt@trade"], "id": 2}))
        assert (await receive(client))["code"] == 2
        await client.send(json.dumps({"method": "LIST_SUBSCRIPTIONS", "id": 3}))
        assert (await receive(client))["result"] == names


async def test_a_path_may_name_a_thousand_streams(strict: Simulator) -> None:
    names = ["btcusdt@bookTicker", *(f"coin{number}usdt@trade" for number in range(1_000))]
    async with connected(strict, "stream?streams=" + "/".join(names)) as client:
        strict.control.advance(SECOND)
        assert (await receive(client))["stream"] == "btcusdt@bookTicker"
    strict.control.connection_rules(streams=1_000)
    async with opened(strict, "stream?streams=" + "/".join(names)) as client:
        assert await closing(client) == (1008, "Too many streams")

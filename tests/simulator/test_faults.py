"""Faults on demand, over real HTTP and WebSocket."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import httpx
import pytest

from tests.simulator.sockets import PATIENCE_S
from tests.simulator_fixture import Simulator

PATH = "/v3/klines?symbol=BTCUSDT&interval=1h&limit=5"


@pytest.mark.parametrize(
    ("status", "kind"), [(429, "json"), (418, "json"), (451, "json"), (500, "html"), (503, "html")]
)
def test_the_next_answers_have_the_status_asked_for(server: Simulator, status: int, kind: str) -> None:
    server.control.fault("status", status=status, count=2, path="/api/v3/klines", retry_after=7)
    with httpx.Client(base_url=server.rest_url, timeout=PATIENCE_S) as http:
        assert http.get("/v3/time").status_code == 200
        answers = [http.get(PATH) for _ in range(3)]
    assert [each.status_code for each in answers] == [status, status, 200]
    assert kind in answers[0].headers["Content-Type"]
    assert answers[0].headers.get("Retry-After") == ("7" if status in (418, 429) else None)
    assert "X-MBX-USED-WEIGHT-1M" in answers[0].headers


def test_a_fault_waits_for_its_turn(server: Simulator) -> None:
    server.control.fault("status", status=500, after=2)
    with httpx.Client(base_url=server.rest_url, timeout=PATIENCE_S) as http:
        assert [http.get("/v3/ping").status_code for _ in range(4)] == [200, 200, 500, 200]


def test_bodies_are_spoilt_as_asked(server: Simulator) -> None:
    with httpx.Client(base_url=server.rest_url, timeout=PATIENCE_S) as http:
        whole = http.get(PATH).text
        for kind in ("html", "truncated", "empty", "hang"):
            server.control.fault(kind)
        page, half, nothing = (http.get(PATH) for _ in range(3))
        with pytest.raises(httpx.ReadTimeout):
            http.get(PATH, timeout=1)
        assert http.get(PATH).text == whole
    assert page.status_code == 200
    assert page.text.startswith("<html>")
    assert half.text == whole[: len(whole) // 2]
    with pytest.raises(json.JSONDecodeError):
        half.json()
    assert (nothing.status_code, nothing.text) == (200, "")


def test_faults_can_be_disarmed(server: Simulator) -> None:
    server.control.fault("html", count=100)
    server.control.clear_faults()
    assert httpx.get(f"{server.rest_url}/v3/ping", timeout=PATIENCE_S).json() == {}


async def test_all_sockets_are_cut_without_goodbye(server: Simulator) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(server.ws_url + "ws/btcusdt@trade") as ws,
    ):
        assert server.control.counters()["sockets"] >= 1  # those of the test before may still be closing
        server.control.fault("drop_streams")
        message = await ws.receive(timeout=PATIENCE_S)
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.ERROR)
    assert ws.close_code == 1006
    async with asyncio.timeout(PATIENCE_S):
        while server.control.counters()["sockets"]:
            await asyncio.sleep(0.05)


def test_an_unknown_fault_is_refused_in_words(server: Simulator) -> None:
    answer = httpx.post(f"{server.url}/sim/fault", json={"kind": "earthquake"}, timeout=PATIENCE_S)
    assert answer.status_code == 400
    assert "kind" in answer.json()["msg"]

"""Around an ASGI application: what was asked, what failed and how long it took."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest

from market.heartbeat.answers import Answers, Receive, Send
from market.heartbeat.percentile import percentile_95


async def app(scope: MutableMapping[str, Any], _receive: Receive, send: Send) -> None:
    """Answers with the status that the path names; `/nothing` breaks before it answers."""
    assert scope["type"] == "http"
    if scope["path"] == "/nothing":
        raise ConnectionError("gone")
    await send({"type": "http.response.start", "status": int(scope["path"][1:]), "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def ask(answers: Answers, *paths: str) -> None:
    transport = httpx.ASGITransport(answers.around(app))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        for path in paths:
            await client.get(path)


async def test_an_answer_below_500_is_a_request_and_no_error() -> None:
    answers = Answers()
    await ask(answers, "/200", "/404", "/500", "/503")
    known = answers.figures()
    assert (known.requests, known.errors) == (4, 2)
    assert known.latency_ms is not None
    assert known.latency_ms > 0


async def test_no_answer_at_all_is_an_error() -> None:
    answers = Answers()
    with pytest.raises(ConnectionError):
        await ask(answers, "/nothing")
    assert (answers.figures().requests, answers.figures().errors) == (1, 1)


async def test_counts_go_on_and_times_begin_anew() -> None:
    answers = Answers()
    await ask(answers, "/200")
    assert answers.figures().latency_ms is not None
    assert (answers.figures().requests, answers.figures().latency_ms) == (1, None)


async def test_a_stream_took_as_long_as_its_head() -> None:
    answers = Answers()

    async def stream(_scope: MutableMapping[str, Any], _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(1.0)
        await send({"type": "http.response.body", "body": b"the end"})

    async def said(_message: object) -> None: ...

    await answers.around(stream)({"type": "http"}, said, said)  # type: ignore[arg-type]
    latency_ms = answers.figures().latency_ms
    assert latency_ms is not None
    assert latency_ms < 1_000


async def test_what_is_no_request_passes_uncounted() -> None:
    answers, seen = Answers(), []

    async def lifespan(scope: MutableMapping[str, Any], _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any:
        raise AssertionError

    await answers.around(lifespan)({"type": "lifespan"}, nothing, nothing)
    assert (seen, answers.figures().requests) == (["lifespan"], 0)


def test_the_95th_percentile_is_the_nearest_rank() -> None:
    assert percentile_95([]) is None
    assert percentile_95([7.0]) == 7.0
    assert percentile_95(range(1, 21)) == 19
    assert percentile_95(range(100, 0, -1)) == 95

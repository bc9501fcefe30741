"""What may be asked twice is asked again, as late as the service says, and not for ever."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from market_client import ApiProblem, MarketClient
from up.ports import free_port

BUSY = (503, {"Retry-After": "1"}, {"code": "store_unavailable", "detail": "away", "hint": "wait"})
FINE = (200, {}, {"symbols": [], "job_id": "j", "action": "HOLD"})


class Script(ThreadingHTTPServer):
    """Answers one after the other; the last for ever."""

    answers: list[tuple[int, dict[str, str], object]]
    asked: int = 0
    paths: list[str]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Script

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, told = self.server.answers[min(self.server.asked, len(self.server.answers) - 1)]
        self.server.asked += 1
        self.server.paths.append(self.path)
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def script() -> Iterator[Script]:
    with Script(("127.0.0.1", 0), Handler) as server:
        server.paths = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def client(script: Script) -> Iterator[MarketClient]:
    address = f"http://127.0.0.1:{script.server_address[1]}"
    with MarketClient(address, address, "key", tries=3) as made:
        yield made


def test_a_busy_service_is_asked_again(client: MarketClient, script: Script) -> None:
    script.answers = [BUSY, (429, {"Retry-After": "1"}, {}), FINE]
    assert client.symbols() == []
    assert script.asked == 3


def test_it_gives_up_with_the_last_refusal(client: MarketClient, script: Script) -> None:
    script.answers = [BUSY]
    with pytest.raises(ApiProblem) as refused:
        client.predict(exchange="simulated")
    assert script.asked == 3
    assert (refused.value.status, refused.value.retry_after, refused.value.hint) == (503, 1.0, "wait")


@pytest.mark.parametrize("status", [400, 401, 404, 422, 500])
def test_what_will_not_change_is_asked_once(client: MarketClient, script: Script, status: int) -> None:
    script.answers = [(status, {"Content-Type": "text/html", "X-Request-ID": "r1"}, b"<html>")]
    with pytest.raises(ApiProblem) as refused:
        client.symbols()
    assert (refused.value.status, refused.value.code, refused.value.request_id) == (status, "", "r1")
    assert script.asked == 1


def test_an_order_to_train_is_never_given_twice(client: MarketClient, script: Script) -> None:
    script.answers = [BUSY, FINE]
    with pytest.raises(ApiProblem):
        client.train(exchange="simulated")
    assert script.asked == 1


def test_a_service_that_is_away_is_waited_for_and_then_named() -> None:
    away = f"http://127.0.0.1:{free_port()}"
    with MarketClient(away, away, "key", tries=2) as client, pytest.raises(httpx.ConnectError):
        client.symbols()


def test_who_asks_for_some_events_still_hears_that_rows_were_not_told(
    client: MarketClient, script: Script
) -> None:
    told = "".join(
        f"event: {name}\nid: {at}\ndata: {{}}\n\n"
        for at, name in enumerate(["kline", "reset", "range", "tick"])
    )
    script.answers = [(200, {"Content-Type": "text/event-stream"}, told.encode())]
    events = client.events("tick")
    assert [next(events)["event"] for _ in range(3)] == ["reset", "range", "tick"]
    events.close()


@pytest.mark.parametrize(
    ("kinds", "wanted", "path"),
    [
        (("tick",), {"symbols": "A"}, "/v1/stream?symbols=A&events=tick"),
        (("tick", "kline"), {"interval": None}, "/v1/stream?events=kline%2Ctick"),
        (("decision",), {}, "/v1/stream"),
        (("reset",), {}, "/v1/stream"),
        ((), {}, "/v1/stream"),
    ],
)
def test_only_the_events_that_are_wanted_are_asked_for_where_they_can_be_chosen(
    client: MarketClient, script: Script, kinds: tuple[str, ...], wanted: dict[str, str], path: str
) -> None:
    script.answers = [(401, {}, {})]
    with pytest.raises(ApiProblem):
        next(client.events(*kinds, **wanted))
    assert script.paths == [path]


def test_a_stream_is_taken_up_where_it_was_cut(client: MarketClient, script: Script) -> None:
    def said(number: int) -> tuple[int, dict[str, str], bytes]:
        news = f'event: tick\nid: {number + 1}\ndata: {{"a": {number}}}\n\n'
        told = f"retry: 3000\nid: {number}\n\n: no news\n\n{news}"
        return 200, {"Content-Type": "text/event-stream"}, told.encode()

    script.answers = [said(1), BUSY, said(3), (401, {}, {"code": "unauthorized"})]
    events = client.events("tick")
    assert [next(events), next(events)] == [
        {"id": "2", "event": "tick", "data": {"a": 1}},
        {"id": "4", "event": "tick", "data": {"a": 3}},
    ]
    with pytest.raises(ApiProblem) as refused:
        next(events)
    assert refused.value.status == 401

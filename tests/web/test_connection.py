"""A connection that never gets to the point holds nothing up and is not held."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tests.api_historic.serving import serving
from tests.web.apart import running
from tests.web.service import MAY_READ, OPERATE, READ
from tests.web.waiting import until

WATCH = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
EVENTS = f"GET /v1/events HTTP/1.1\r\nHost: x\r\nX-API-Key: {READ}\r\n\r\n".encode()
UNFINISHED = b"POST /v1/things HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with running() as (_, address):
        yield address


def test_a_head_without_an_end_is_cut_off_and_others_are_answered(base: str) -> None:
    with _line(base) as line:
        said = _shout(line)
    assert said.startswith(b"HTTP/1.1 431 ") or said == b""  # the answer may be lost with the connection
    answer = httpx.get(f"{base}/v1/things/a", headers=MAY_READ)
    assert answer.json() == {"thing": "a", "asked_by": "page"}
    assert "server" not in answer.headers


def test_a_connection_that_says_nothing_more_is_closed(base: str) -> None:
    with _line(base) as line:
        line.sendall(b"GET /v1/things/a HTTP/1.1\r\nHost:")
        assert line.recv(1_024) == b""


@pytest.mark.parametrize(("sent", "besides"), [(UNFINISHED, b"x"), (WATCH, b"\r\n")])
def test_a_few_bytes_behind_an_answer_do_not_keep_a_connection(
    base: str, sent: bytes, besides: bytes
) -> None:
    with _line(base) as line:
        line.sendall(sent)
        assert line.recv(65_536).startswith(b"HTTP/1.1 ")
        line.sendall(besides)
        while line.recv(65_536):  # the rest of the answer, and then the end
            pass


def test_what_stands_behind_a_body_is_no_header(base: str) -> None:
    trailer = f"X-API-Key: {OPERATE}\r\n".encode()
    with _line(base) as line:
        line.sendall(b"POST /v1/operate HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        line.sendall(b"0\r\n" + trailer + b"\r\n")
        assert line.recv(65_536).startswith(b"HTTP/1.1 401 ")


def test_more_requests_than_a_few_are_not_taken_before_the_first_is_answered(base: str) -> None:
    with _line(base) as line:
        line.sendall(EVENTS + WATCH * 5)
        assert line.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert _is_cut(line, WATCH * 1_000)


def test_a_stream_ends_with_its_connection_whatever_was_asked_behind_it(base: str) -> None:
    with _line(base) as line:
        line.sendall(EVENTS + WATCH)
        assert line.recv(65_536).startswith(b"HTTP/1.1 200 ")
    until(lambda: "opa_http_streams_open 0.0" in httpx.get(f"{base}/metrics", headers=MAY_READ).text)


def test_a_client_that_takes_nothing_of_its_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.connection._TAKEN_WITHIN_S", 0.3)
    large, over = Response(b"x" * 30_000_000), threading.Semaphore(0)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await large(scope, receive, send)  # the second waits until the client has taken the first
        over.release()

    with serving(app) as address, _line(address) as line:
        line.sendall(WATCH * 2)
        assert over.acquire(timeout=60)
        assert over.acquire(timeout=60)


def _line(base: str) -> socket.socket:
    where = urlsplit(base)
    return socket.create_connection((where.hostname, where.port), timeout=60)


def _is_cut(line: socket.socket, sent: bytes) -> bool:
    try:
        line.sendall(sent)
        return any(not line.recv(65_536) for _ in range(4))  # what was said before the cut comes first
    except (BrokenPipeError, ConnectionResetError):
        return True


def _shout(line: socket.socket) -> bytes:
    line.sendall(b"GET / HTTP/1.1\r\n")
    try:
        while True:  # two megabytes would be a lot, and no service of ours reads so much
            line.sendall(b"X-Long: " + b"x" * 65_536)
    except (BrokenPipeError, ConnectionResetError):
        pass
    try:
        return line.recv(1_024)
    except ConnectionResetError:
        return b""

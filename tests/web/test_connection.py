"""A connection that never gets to the point holds nothing up and is not held."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.web.apart import running
from tests.web.service import MAY_READ


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


def _line(base: str) -> socket.socket:
    where = urlsplit(base)
    return socket.create_connection((where.hostname, where.port), timeout=60)


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

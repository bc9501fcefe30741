"""No caller, by what it sends or by how slowly it reads, takes more of the service than is allowed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api_historic.serving import serving
from tests.web.service import MAY_READ, Gate, small_service
from tests.web.waiting import until
from web.bounds import Bounds


@contextmanager
def bounded(gate: Gate, **bounds: float) -> Iterator[httpx.Client]:
    app = small_service(gate, Bounds(**bounds))  # type: ignore[arg-type]
    with (
        serving(app) as address,
        httpx.Client(base_url=address, headers=MAY_READ, timeout=60) as client,
    ):
        yield client
        gate.open.set()


def refused(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["hint"]


def test_a_body_an_address_or_headers_that_are_too_long_are_refused() -> None:
    with bounded(Gate(), body=100, url=200, headers=2_000) as client:
        refused(client.post("/v1/things", json={"a": "x" * 200}), 413, "content_too_large")
        refused(client.get(f"/v1/things/{'x' * 300}"), 414, "uri_too_long")
        answer = client.get("/v1/things/a", headers={"X-Long": "x" * 3_000})
        assert answer.status_code == 431
        assert client.post("/v1/things", json={"a": 1}).json() == {"a": 1}


def test_an_answer_that_takes_too_long_is_given_up_and_its_place_stays_taken_until_the_work_ends() -> None:
    gate = Gate()
    with bounded(gate, seconds=0.2, at_once=1) as client:
        late = client.get("/v1/slow")
        refused(late, 503, "took_too_long")
        assert int(late.headers["retry-after"]) > 0
        refused(client.get("/v1/things/a"), 503, "too_busy")
        gate.open.set()
        until(lambda: client.get("/v1/things/a").is_success)


def test_a_body_that_never_comes_is_not_waited_for() -> None:
    with bounded(Gate(), seconds=0.2) as client:
        where = urlsplit(str(client.base_url))
        with socket.create_connection((where.hostname, where.port), timeout=60) as line:
            head = f"POST /v1/things HTTP/1.1\r\nHost: a\r\nX-API-Key: {MAY_READ['X-API-Key']}\r\n"
            line.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 9\r\n\r\n".encode())
            said = b"".join(iter(lambda: line.recv(4_096), b""))  # until the other side hangs up
    assert said.startswith(b"HTTP/1.1 408 ")
    assert b"request_timeout" in said


def test_who_comes_when_enough_wait_is_told_to_come_again_and_health_still_answers() -> None:
    gate = Gate()
    with bounded(gate, at_once=1) as client, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get, "/v1/slow")
        until(gate.reached.is_set)
        busy = client.get("/v1/things/a")
        refused(busy, 503, "too_busy")
        assert busy.headers["retry-after"] == "1"
        assert client.get("/health").status_code == 200
        assert client.get("/ready").status_code == 200
        assert "opa_http_refused_busy 1.0" in client.get("/metrics").text
        gate.open.set()
        assert waiting.result(60).text == "whole answer"
        assert client.get("/v1/things/a").status_code == 200


@pytest.mark.parametrize("path", ["/v1/events", "/v1/export"])
def test_streams_are_bounded_by_themselves_and_outlast_the_time_limit(path: str) -> None:
    with bounded(Gate(), streams=2, at_once=1, seconds=0.2) as client, ExitStack() as open_streams:
        streams = [open_streams.enter_context(client.stream("GET", path)) for _ in range(2)]
        assert [each.status_code for each in streams] == [200, 200]
        refused(client.get(path), 503, "too_busy")
        until(lambda: client.get("/v1/things/a").status_code == 200)
        streams[0].close()
        until(lambda: _opens(client, path))


def _opens(client: httpx.Client, path: str) -> bool:
    with client.stream("GET", path) as answer:
        return answer.status_code == 200


def test_pages_elsewhere_may_not_ask_unless_they_are_named() -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}

    def allowed(make: Callable[[], Bounds]) -> list[str | None]:
        with serving(small_service(Gate(), make())) as address:
            preflight = httpx.options(f"{address}/v1/things/a", headers=asked)
            answer = httpx.get(f"{address}/v1/things/a", headers=MAY_READ | asked)
            name = "access-control-allow-origin"
            return [preflight.headers.get(name), answer.headers.get(name)]

    assert allowed(Bounds) == [None, None]
    assert allowed(lambda: Bounds(origins=("https://example.org",))) == ["https://example.org"] * 2
    assert allowed(lambda: Bounds(origins=("https://example.com",))) == [None, None]

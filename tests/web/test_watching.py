"""What tells others how a service does: alive, ready, figures, docs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.api_historic.serving import serving
from tests.web.service import MAY_READ, Gate, small_service
from tests.web.waiting import until


@contextmanager
def watched(gate: Gate) -> Iterator[httpx.Client]:
    with serving(small_service(gate)) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_ready_names_what_is_missing_since_when_and_tells_nothing_else() -> None:
    gate = Gate()
    with watched(gate) as client:
        assert client.get("/ready").json() == {"status": "ready", "checks": {"database": "ok"}}
        gate.database_is_there = False
        until(lambda: client.get("/ready").status_code == 503)
        first, second = client.get("/ready"), client.get("/ready")
        assert first.headers["retry-after"]
        (missing,) = first.json()["missing"]
        assert missing["name"] == "database"
        assert second.json()["missing"] == [missing]
        assert "10.0.0.7" not in first.text
        assert client.get("/health").json() == {"status": "ok"}
        gate.database_is_there = True
        until(lambda: client.get("/ready").status_code == 200)


def test_ready_answers_while_the_database_says_nothing_at_all() -> None:
    silent, asked = threading.Event(), []

    def ask() -> None:
        asked.append(1)
        assert silent.wait(60)

    gate = Gate()
    gate.ask = ask  # type: ignore[method-assign]
    with watched(gate) as client:
        assert [client.get("/ready").status_code for _ in range(2)] == [503, 503]
        assert asked == [1]  # nobody asks again while nobody has answered
        silent.set()
        until(lambda: client.get("/ready").status_code == 200)


def test_who_cannot_even_ask_is_not_ready() -> None:
    gate = Gate()
    gate.ask = lambda: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    with serving(small_service(gate)) as address:
        assert [httpx.get(f"{address}/ready").status_code for _ in range(2)] == [500, 500]


def test_figures_are_for_those_who_may_read_and_speak_in_templates() -> None:
    with watched(Gate()) as client:
        for path in ("/v1/things/a", "/v1/things/b", "/v1/nothing", "/v1/broken"):
            client.get(path, headers=MAY_READ)
        assert client.get("/metrics").status_code == 401
        answer = client.get("/metrics", headers={"Authorization": f"bearer {MAY_READ['X-API-Key']}"})
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    for wanted in (
        'opa_http_requests_total{method="GET",route="/v1/things/{thing_id}",status="200"} 2.0',
        'opa_http_requests_total{method="GET",route="unmatched",status="404"} 1.0',
        'opa_http_requests_total{method="GET",route="/v1/broken",status="500"} 1.0',
        'opa_http_request_seconds_count{route="/v1/things/{thing_id}"} 2.0',
        "opa_http_requests_in_progress 0.0",
        "opa_http_streams_open 0.0",
    ):
        assert wanted in lines


def test_the_docs_page_shows_every_operation_and_asks_nobody_for_anything() -> None:
    with watched(Gate()) as client:
        page = client.get("/docs")
        described = client.get("/openapi.json").json()
    assert page.headers["content-type"].startswith("text/html")
    assert "<script" not in page.text
    assert "src=" not in page.text
    assert "style-src 'sha256-" in page.headers["content-security-policy"]
    for path in described["paths"]:
        assert path in page.text

"""Answers that break off, drip, or carry any of the exchange's error codes."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from simulator.faults.answers import ERRORS
from tests.simulator.times import NOW
from tests.simulator_fixture import Simulator

KLINES = "/v3/klines?symbol=BTCUSDT&interval=1h&limit=5"


@pytest.fixture
def http(server: Simulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.rest_url, timeout=20) as client:
        yield client


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_every_error_code_is_spoken_with_its_status(server: Simulator, http: httpx.Client, code: int) -> None:
    server.control.fault("error", code=code, retry_after=3)
    answer = http.get(KLINES)
    assert (answer.status_code, answer.json()["code"]) == (ERRORS[code][0], code)
    assert answer.json()["msg"]
    assert answer.headers.get("Retry-After") == ("3" if code == -1003 else None)
    assert http.get(KLINES).status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_side_status_comes_as_a_page_or_as_json(
    server: Simulator, http: httpx.Client, status: int
) -> None:
    server.control.fault("status", status=status)
    server.control.fault("status", status=status, json_body=True)
    page, text = http.get(KLINES), http.get(KLINES)
    assert page.status_code == text.status_code == status
    assert page.text.startswith("<html>")
    assert text.json()["code"] == -1000


def test_a_firewall_answers_with_a_page(server: Simulator, http: httpx.Client) -> None:
    server.control.fault("status", status=403)
    answer = http.get(KLINES)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "text/html; charset=utf-8")


def test_the_right_body_can_be_called_plain_text(server: Simulator, http: httpx.Client) -> None:
    whole = http.get(KLINES).text
    server.control.fault("content_type")
    answer = http.get(KLINES)
    assert (answer.text, answer.headers["Content-Type"]) == (whole, "text/plain")


def test_connections_end_before_an_answer_or_inside_it(server: Simulator, http: httpx.Client) -> None:
    server.control.fault("reset")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        http.get(KLINES)
    server.control.fault("cut")
    with http.stream("GET", KLINES) as answer:
        assert "X-MBX-USED-WEIGHT-1M" in answer.headers
        assert int(answer.headers["Content-Length"]) > 0
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            answer.read()
    assert http.get(KLINES).status_code == 200


def test_a_body_can_drip(server: Simulator, http: httpx.Client) -> None:
    whole = http.get(KLINES).text
    server.control.fault("drip", seconds=0.5)
    with http.stream("GET", KLINES) as answer:
        pieces = [piece.decode() for piece in answer.iter_raw()]
    assert "".join(pieces) == whole
    assert len(pieces) > 1


def test_a_fault_may_mean_one_symbol_only(server: Simulator, http: httpx.Client) -> None:
    server.control.fault("status", symbol="ETHUSDT")
    assert http.get(KLINES).status_code == 200
    assert http.get(KLINES.replace("BTC", "ETH")).status_code == 500


def test_a_fault_may_last_for_a_stretch_of_market_time(server: Simulator, http: httpx.Client) -> None:
    server.control.fault("status", **{"from": NOW + 1_000, "until": NOW + 3_000})
    statuses = []
    for _ in range(4):
        statuses.append(http.get(KLINES).status_code)
        server.control.advance(1_000)
    assert statuses == [200, 500, 500, 200]


def test_faults_that_wait_count_the_same_answers(server: Simulator, http: httpx.Client) -> None:
    server.control.fault("status", status=500, after=1)
    server.control.fault("status", status=502, after=2)
    assert [http.get(KLINES).status_code for _ in range(4)] == [200, 500, 502, 200]


def test_times_may_be_offsets_from_the_market_clock(server: Simulator) -> None:
    armed = server.control.history("outage", "-2h30m", "-1h")
    minute = NOW // 60_000 * 60_000
    assert (armed["begin"], armed["end"]) == (minute - 9_000_000, minute - 3_600_000)
    wrong = httpx.post(
        f"{server.url}/sim/history", json={"kind": "outage", "begin": "-1h", "end": "2026-11-20T12:00"}
    )
    assert wrong.status_code == 400
    assert "offset from UTC" in wrong.json()["msg"]

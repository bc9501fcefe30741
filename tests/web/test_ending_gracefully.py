"""A service that is told to end finishes what it has begun and takes nothing new."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.web.apart import alive, running
from tests.web.service import MAY_READ
from tests.web.waiting import until


def test_a_slow_request_gets_its_whole_answer_and_nobody_new_gets_in() -> None:
    with running() as (process, base), ThreadPoolExecutor(1) as pool:
        asked = pool.submit(httpx.get, f"{base}/v1/slow", headers=MAY_READ, timeout=60)
        until(lambda: "in_progress 1.0" in httpx.get(f"{base}/metrics", headers=MAY_READ).text)
        process.send_signal(signal.SIGTERM)
        until(lambda: not alive(base))
        assert process.poll() is None
        assert not asked.done()
        process.send_signal(signal.SIGUSR1)  # opens the gate that the slow answer waits for
        assert asked.result(60).text == "whole answer"
        assert process.wait(60) == 0
        assert process.stderr
        assert "Traceback" not in process.stderr.read()


def test_a_stream_of_events_gets_a_last_word_and_ends_properly() -> None:
    with running() as (process, base), httpx.stream("GET", f"{base}/v1/events", headers=MAY_READ) as events:
        heard: list[str] = []
        reading = threading.Thread(target=lambda: heard.extend(events.iter_lines()))
        reading.start()
        process.send_signal(signal.SIGTERM)
        reading.join(60)
        assert not reading.is_alive()
        assert heard[0] == "event: tick"
        assert heard[3] == ": this service ends; come again"
        assert process.wait(60) == 0


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_an_idle_service_ends_at_once_whoever_tells_it(told: signal.Signals, code: int) -> None:
    with running() as (process, base), httpx.Client(base_url=base) as client:
        answer = client.get("/health")  # its connection stays open
        assert "server" not in answer.headers
        process.send_signal(told)
        assert process.wait(60) == code

"""The weight book: 429 above the limit, 418 for a client that goes on."""

from __future__ import annotations

import httpx
import pytest

from simulator.weight import WeightBook, cost
from tests.simulator_fixture import Simulator


class Wall:
    """A wall clock, in seconds, that a test moves."""

    def __init__(self) -> None:
        self.time = 6_000.0

    def __call__(self) -> float:
        return self.time


def test_a_polite_client_is_served_again_in_the_next_minute() -> None:
    wall = Wall()
    book = WeightBook(limit=10, wall=wall)
    assert book.charge("a", 10).status == 200
    wall.time += 15
    refused = book.charge("a", 1)
    assert (refused.status, refused.retry_after) == (429, 45)
    assert book.charge("b", 1).status == 200
    wall.time += refused.retry_after
    assert book.charge("a", 1) == type(refused)(200, 1)
    assert book.largest == 11


def test_a_client_that_goes_on_is_banned() -> None:
    wall = Wall()
    book = WeightBook(limit=10, wall=wall)
    statuses = [book.charge("a", 10).status for _ in range(8)]
    assert statuses == [200, 429, 429, 429, 429, 429, 418, 418]
    wall.time += 60
    assert book.charge("a", 1).status == 418
    wall.time += 61
    assert book.charge("a", 1).status == 200


@pytest.mark.parametrize(("count", "weight"), [(1, 2), (20, 2), (21, 40), (100, 40), (101, 80)])
def test_the_day_ticker_costs_by_the_number_of_symbols(count: int, weight: int) -> None:
    names = ",".join(f'"S{number}USDT"' for number in range(count))
    assert cost("/api/v3/ticker/24hr", {"symbols": f"[{names}]"}) == weight


def test_a_client_above_the_budget_is_told_to_wait_over_http(simulator: Simulator) -> None:
    with httpx.Client(base_url=simulator.rest_url, timeout=60) as http:
        for _ in range(2 * 6000 // 80 + 2):
            answer = http.get("/v3/ticker/24hr")
            if answer.status_code != 200:
                break
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.json()["code"] == -1003
    counters = simulator.control.counters()
    assert counters["refused_429"] == 1
    assert counters["largest_weight"] > counters["weight_limit"] == 6000

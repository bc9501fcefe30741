"""Pages of klines that are not what was asked for; the ledger knows nothing of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from market.interval import DAY, HOUR
from simulator.faults.pages import PageKind
from tests.simulator.times import NOW
from tests.simulator_fixture import Simulator

START = NOW // HOUR * HOUR - 40 * HOUR
Ask = Callable[..., list[list[Any]]]


@pytest.fixture
def ask(server: Simulator) -> Ask:
    """`ask(interval="1d")`: rows of ten hours of BTCUSDT unless told otherwise."""

    def rows(**other: object) -> list[list[Any]]:
        asked = {"symbol": "BTCUSDT", "interval": "1h", "startTime": START, "limit": 10, **other}
        answer = httpx.get(
            f"{server.rest_url}/v3/klines", params={k: str(v) for k, v in asked.items()}, timeout=60
        )
        assert answer.status_code == 200
        return list(answer.json())

    return rows


def test_rows_are_missing_doubled_or_in_disorder(server: Simulator, ask: Ask) -> None:
    right = ask()
    for kind in ("short_page", "empty_page", "duplicated_row", "unordered_rows"):
        server.control.page_fault(kind, seed=3)
    short, nothing, doubled, disorder = (ask() for _ in range(4))
    assert short == right[:5]
    assert nothing == []
    assert len(doubled) == 11
    assert [row for at, row in enumerate(doubled) if row not in doubled[:at]] == right
    assert disorder != right
    assert sorted(disorder) == right
    assert ask() == right


def test_the_page_before_comes_again(server: Simulator, ask: Ask) -> None:
    first = ask()
    server.control.page_fault("repeated_page")
    assert ask(startTime=START + 10 * HOUR) == first
    assert ask(startTime=START + 10 * HOUR)[0][0] == START + 10 * HOUR
    assert server.control.counters()["faults"]["repeated_page"] >= 1


def test_a_cache_shows_an_older_running_bar(server: Simulator, ask: Ask) -> None:
    newest = {"startTime": NOW - HOUR, "limit": 500, "interval": "1m"}
    right = ask(**newest)
    server.control.page_fault("stale_page", lag_ms=130_000)
    stale = ask(**newest)
    assert len(stale) == len(right) - 2
    assert stale[:-1] == right[: len(stale) - 1]
    assert stale[-1] != right[len(stale) - 1]


def test_bars_are_those_of_another_interval_or_symbol(server: Simulator, ask: Ask) -> None:
    server.control.page_fault("wrong_interval")
    assert {row[6] - row[0] + 1 for row in ask()} == {2 * HOUR}
    server.control.page_fault("other_symbol")
    other = ask()
    assert other == ask(symbol="ETHUSDT")
    server.control.page_fault("wrong_interval", interval="1M")
    assert ask(interval="1d", startTime=START - DAY)[0][6] - ask()[0][0] != 0
    assert {row[6] - row[0] + 1 for row in ask(interval="1M", startTime=0)} == {7 * DAY}


@pytest.mark.parametrize(
    ("kind", "shown"), [("null_field", None), ("nan_field", "NaN"), ("negative_field", "-1.00000000")]
)
def test_one_amount_is_no_amount(server: Simulator, ask: Ask, kind: str, shown: object) -> None:
    right = ask()
    server.control.page_fault(kind)
    wrong = ask()
    differ = [
        cell
        for mine, theirs in zip(wrong, right, strict=True)
        for cell, other in zip(mine, theirs, strict=True)
        if cell != other
    ]
    assert differ == [shown]


@pytest.mark.parametrize("kind", list(PageKind))
def test_a_page_is_spoilt_the_same_way_each_time_and_the_ledger_is_not(
    server: Simulator, ask: Ask, kind: PageKind
) -> None:
    truth = server.control.ledger("BTCUSDT", "1h", start=START)
    pages = []
    for _ in range(2):
        ask(startTime=START - 10 * HOUR)
        server.control.page_fault(kind, symbol="BTCUSDT", interval="1h", seed=5, after=1)
        ask(interval="1h", startTime=START - 10 * HOUR)
        pages.append(ask(startTime=START + 35 * HOUR))
    assert pages[0] == pages[1]
    assert server.control.ledger("BTCUSDT", "1h", start=START) == truth

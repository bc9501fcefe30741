"""Counting the ledger: every store counts each decision once, and alike."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from math import isnan, nan
from typing import Any

import pytest

from market.decision import Action, Origin, OutcomeState, Position, Role, Status
from market.interval import HOUR, Interval
from market.outcome import is_long
from market.ports import (
    MOMENT_SCHEMA,
    SCORED_SCHEMA,
    DecisionFilter,
    LedgerSpan,
    Step,
    SymbolInfo,
    Tally,
)
from market.store import decisions_scored, decisions_tally
from tests.contracts.decision_shops import (
    SERIES,
    SHOPS,
    START,
    Shop,
    confirm,
    decision,
    memory_shop,
    opened_shop,
    outcome,
)

ALWAYS = (0, 1 << 60)


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> Shop:
    return opened_shop(request, "BTCUSDT")


def tallies(shop: Shop, role: Role = Role.CHAMPION) -> list[Tally]:
    return shop.decisions.tally(SERIES, role, *ALWAYS)


def fill(shop: Shop, count: int, seed: int) -> None:
    """Decisions of every kind, two thirds of them with an outcome, one candle in ten left out."""
    draw = random.Random(seed)
    for i in (i for i in range(count) if draw.random() > 0.1):
        made = decision(
            i,
            action=draw.choice(list(Action)),
            status=draw.choice(list(Status)),
            origin=draw.choice([Origin.LIVE, Origin.LATE]),
            position_after=draw.choice(list(Position)),
            probability=draw.choice([nan, 0.0, 0.3, 0.7, 1.0, draw.random()]),
            price=Decimal(draw.randrange(100, 200)),
            horizon=draw.choice([1, 4]),
        )
        shop.decisions.append([made])
        gross = draw.choice([-0.01, 0.0, 0.001, 0.01])
        right = (gross > made.cost) == is_long(made.action, made.position_after)
        if draw.random() < 0.5:
            shop.decisions.record_outcomes([outcome(i, gross=gross, net=gross - made.cost, correct=right)])
        elif draw.random() < 0.3:
            lost: dict[str, Any] = dict.fromkeys(("exit_price", "gross", "net", "correct"))
            shop.decisions.record_outcomes([outcome(i, state=OutcomeState.INSUFFICIENT, **lost)])


def test_every_decision_is_counted_once_whatever_became_of_it(shop: Shop) -> None:
    fill(shop, 150, seed=3)
    read = shop.decisions.read(DecisionFilter(limit=1_000))
    counted = tallies(shop)
    assert sum(each.count for each in counted) == len(read)
    fates = Counter[OutcomeState]()
    for each in counted:
        fates[each.state] += each.count
    assert fates == Counter(d.outcome.state if d.outcome else OutcomeState.PENDING for d in read)
    assert sum(each.net for each in counted) == pytest.approx(
        sum(d.outcome.net for d in read if d.outcome and d.outcome.net is not None)
    )


def test_all_stores_count_alike(shop: Shop) -> None:
    fill(shop, 150, seed=3)
    twin = memory_shop()
    twin.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    fill(twin, 150, seed=3)

    def comparable(found: list[Tally]) -> list[str]:
        rounded = [
            replace(
                each,
                **{name: round(getattr(each, name), 9) + 0.0 for name in ("effective", "forecast", "net")},
            )
            for each in found
        ]
        return sorted(map(str, rounded))

    assert comparable(tallies(shop)) == comparable(tallies(twin))
    assert shop.decisions.steps(SERIES, Role.CHAMPION, *ALWAYS) == twin.decisions.steps(
        SERIES, Role.CHAMPION, *ALWAYS
    )


def test_persistence_is_asked_only_where_the_candle_before_was_decided(shop: Shop) -> None:
    prices = {0: "100", 1: "101", 3: "99", 4: "98"}
    shop.decisions.append([decision(i, price=Decimal(price)) for i, price in prices.items()])
    shop.decisions.record_outcomes([outcome(i, gross=0.01) for i in prices])
    (found,) = tallies(shop)
    assert (found.count, found.moved, found.persisted) == (4, 2, 1)
    assert found.effective == 1.0


def test_other_roles_and_other_times_are_not_counted(shop: Shop) -> None:
    shop.decisions.append([decision(i) for i in range(4)])
    shop.decisions.append([decision(0, role=Role.CHALLENGER)])
    found = shop.decisions.tally(SERIES, Role.CHAMPION, START + HOUR, START + 3 * HOUR)
    assert [each.count for each in found] == [2]
    assert [each.count for each in tallies(shop, Role.CHALLENGER)] == [1]


def test_candles_and_decisions_are_held_against_each_other(shop: Shop) -> None:
    assert shop.decisions.span(SERIES, Role.CHAMPION, *ALWAYS) is None
    confirm(shop, 0, 1, 2, 4, 5)
    shop.decisions.append([decision(i) for i in (1, 3, 4)])
    span = shop.decisions.span(SERIES, Role.CHAMPION, *ALWAYS)
    assert span == LedgerSpan(START + HOUR, START + 4 * HOUR, decisions=3, candles=3, decided=2)
    assert (span.undecided, span.withdrawn) == (1, 1)


def test_a_row_without_its_explanation_keeps_what_was_compared(shop: Shop) -> None:
    third = {
        "probability": 1 / 3,
        "expected_gain": -1 / 7e4,
        "features": {"log_sigma": -5.1234567890123, "a": 1},
    }
    shop.decisions.append([decision(0, **third), decision(1, probability=nan, expected_gain=nan)])
    rows = shop.decisions.scored(SERIES, Role.CHAMPION, *ALWAYS, 10)
    assert rows.schema == SCORED_SCHEMA
    first, second = rows.to_pylist()
    assert (first["price"], first["probability"], first["expected_gain"]) == (30123.45000001, 1 / 3, -1 / 7e4)
    assert (first["action"], first["position_after"], first["horizon"]) == ("HOLD", "flat", 4)
    for name in ("probability", "expected_gain"):
        assert isnan(rows[name].to_numpy()[1])
    assert (first["origin"], first["model_id"], second["status"]) == ("live", "m1", "issued")
    assert shop.decisions.scored(SERIES, Role.CHAMPION, *ALWAYS, 1).num_rows == 1
    moments = shop.decisions.moments(SERIES, Role.CHAMPION, [START + HOUR, START, START + 2 * HOUR])
    assert moments.schema == MOMENT_SCHEMA
    assert moments["open_time"].to_pylist() == [START, START + HOUR]
    assert moments["log_sigma"].to_pylist() == [-5.1234567890123, None]
    assert moments["decided_at"].to_pylist() == [decision(i).decided_at for i in (0, 1)]
    assert not shop.decisions.moments(SERIES, Role.CHAMPION, []).num_rows


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9])
def test_scores_are_read_a_page_at_a_time(shop: Shop, limit: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions_scored, "_PAGE", 2)
    shop.decisions.append([decision(i) for i in range(5)])
    found = shop.decisions.scored(SERIES, Role.CHAMPION, START + HOUR, START + 5 * HOUR, limit)
    assert found["open_time"].to_pylist() == [START + i * HOUR for i in range(1, 5)][:limit]


def test_steps_are_the_issued_buys_and_sells(shop: Shop) -> None:
    long, flat = Position.LONG, Position.FLAT
    shop.decisions.append(
        [
            decision(0, action=Action.BUY, position_after=long, cost=0.002),
            decision(1, action=Action.HOLD, position_after=long),
            decision(2, action=Action.HOLD, status=Status.SUPPRESSED, would_be=Action.SELL),
            decision(3, action=Action.SELL, position_after=flat, cost=0.003, origin=Origin.LATE),
        ]
    )
    assert shop.decisions.steps(SERIES, Role.CHAMPION, *ALWAYS) == [
        Step(START, True, START + HOUR + 5, False, 0.002),
        Step(START + 3 * HOUR, False, START + 4 * HOUR + 5, True, 0.003),
    ]


def test_counting_part_by_part_counts_the_same(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(shop, 60, seed=11)
    confirm(shop, *range(60))
    whole, span = tallies(shop), shop.decisions.span(SERIES, Role.CHAMPION, *ALWAYS)
    monkeypatch.setattr(decisions_tally, "_WINDOW", 7)
    parts = tallies(shop)
    assert [(each.action, each.state, each.count, each.rose) for each in parts] == [
        (each.action, each.state, each.count, each.rose) for each in whole
    ]
    assert [each.net for each in parts] == pytest.approx([each.net for each in whole])
    assert [each.effective for each in parts] == pytest.approx([each.effective for each in whole])
    assert shop.decisions.span(SERIES, Role.CHAMPION, *ALWAYS) == span

"""Decisions in columns are the decisions that are read: the twin, MariaDB and MySQL 8 alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from math import nan

import pytest

from market.decision import LEDGER, Action, Origin, OutcomeState, Role, Status
from market.interval import HOUR, Series
from market.ports import LISTED_SCHEMA, MEASURED_SCHEMA, BacktestRun, Decided, DecisionFilter
from market.store.memory_listed import listed_of
from tests.contracts.decision_shops import SERIES, SHOPS, START, Shop, decision, opened_shop, outcome

OTHER = Series.of("simulated", "ETHUSDT", "1h")
ALL = DecisionFilter(limit=100)
FILTERS = (
    ALL,
    replace(ALL, newest=True),
    replace(ALL, origins=LEDGER),
    replace(ALL, origins=(Origin.LATE,)),
    replace(ALL, origins=(Origin.BACKTEST,)),
    replace(ALL, run_id="run"),
    replace(ALL, run_id="nobody's"),
    replace(ALL, role=Role.CHALLENGER),
    replace(ALL, symbols=("ETHUSDT",)),
    replace(ALL, symbols=("ETHUSDT", "BTCUSDT")),
    replace(ALL, symbols=("NOPE",)),
    replace(ALL, statuses=(Status.SUPPRESSED,)),
    replace(ALL, reasons=("no_edge",), actions=(Action.BUY,)),
    replace(ALL, model_id="m2"),
    replace(ALL, start=START + HOUR, end=START + 4 * HOUR),
)


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> Shop:
    made = opened_shop(request, "BTCUSDT", "ETHUSDT")
    _fill(made)
    return made


def _fill(shop: Shop) -> None:
    none = {"probability": nan, "expected_gain": nan, "gain_low": nan, "gain_high": nan}
    shop.decisions.append(
        [
            decision(0),
            decision(1, action=Action.BUY, price=Decimal("100"), probability=1e-300, cost=1 / 3),
            decision(2, status=Status.SUPPRESSED, reason="stale_data", would_be=Action.BUY, **none),
            decision(3, origin=Origin.LATE, model_id="m2", data_hash="", price=Decimal("0.00000012")),
        ]
    )
    shop.decisions.append([decision(i, role=Role.CHALLENGER) for i in range(2)])
    shop.decisions.append([decision(i, series=OTHER) for i in range(3)])
    lost = outcome(1, state=OutcomeState.INSUFFICIENT, exit_price=None, gross=None, net=None, correct=None)
    shop.decisions.record_outcomes([outcome(0), lost, outcome(2, correct=False, net=-0.1 - 0.2)])
    run = BacktestRun("run", SERIES, Role.CHAMPION, "walk_forward", 1, START, START + HOUR, {})
    past = [decision(i, origin=Origin.BACKTEST, run_id="run") for i in range(2)]
    shop.decisions.save_backtest(run, [Decided(past[0], outcome(0, run_id="run")), Decided(past[1], None)])


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_what_is_listed_is_what_is_read(shop: Shop, wanted: DecisionFilter) -> None:
    found = shop.decisions.listed(wanted)
    assert found.schema == LISTED_SCHEMA
    assert found.to_pylist() == listed_of(shop.decisions.read(wanted)).to_pylist()


@pytest.mark.parametrize("wanted", FILTERS, ids=str)
def test_what_is_measured_is_what_is_listed(shop: Shop, wanted: DecisionFilter) -> None:
    found, listed = shop.decisions.measured(wanted), shop.decisions.listed(wanted)
    assert found.numbers.schema == MEASURED_SCHEMA
    numbers = listed.select(MEASURED_SCHEMA.names)
    assert sorted(map(str, found.numbers.to_pylist())) == sorted(map(str, numbers.to_pylist()))
    assert found.kinds == Counter((row["action"], row["status"], row["reason"]) for row in listed.to_pylist())


def test_a_list_and_a_measure_keep_to_their_limit(shop: Shop) -> None:
    few = replace(ALL, limit=3)
    assert shop.decisions.listed(few).num_rows == shop.decisions.measured(few).numbers.num_rows == 3


@pytest.mark.parametrize("newest", [False, True])
def test_the_cursor_pages_a_list_of_everything_without_gap_or_double(shop: Shop, newest: bool) -> None:
    seen: list[tuple[int, str]] = []
    page = replace(ALL, limit=2, newest=newest)
    while rows := shop.decisions.listed(page).to_pylist():
        seen += [(row["open_time"], row["id"]) for row in rows]
        page = replace(page, after=seen[-1])
    assert len(set(seen)) == 11
    assert seen == sorted(seen, reverse=newest)


def test_exact_prices_and_gaps_are_told_as_they_are(shop: Shop) -> None:
    rows = shop.decisions.listed(replace(ALL, symbols=("BTCUSDT",), role=Role.CHAMPION, origins=LEDGER))
    assert rows["price"].to_pylist() == ["30123.45000001", "100", "30123.45000001", "0.00000012"]
    assert rows["probability"].to_pylist()[1:3] == [1e-300, None]
    assert rows["outcome"].to_pylist() == ["known", "insufficient", "known", "pending"]
    assert rows["correct"].to_pylist() == [True, None, False, None]
    assert rows["data_hash"].to_pylist()[3] == ""


def test_the_runs_of_a_filter_are_the_newest_of_each_series_and_role_or_the_one_it_names(shop: Shop) -> None:
    def stored(name: str, at: int, role: Role = Role.CHAMPION) -> None:
        run = BacktestRun(name, SERIES, role, "walk_forward", at, START, START + HOUR, {})
        past = decision(0, origin=Origin.BACKTEST, run_id=name, role=role)
        shop.decisions.save_backtest(run, [Decided(past, None)])

    runs = shop.decisions.runs_of
    stored("older", 0)
    stored("other", 0, Role.CHALLENGER)
    assert runs(ALL) == ("other", "run")
    assert runs(replace(ALL, role=Role.CHAMPION)) == ("run",)
    assert runs(replace(ALL, run_id="older")) == ("older",)
    for none in ({"origins": LEDGER}, {"symbols": ("ETHUSDT",)}, {"exchange": "binance"}, {"run_id": "é"}):
        assert runs(replace(ALL, **none)) == ()  # type: ignore[arg-type]


def test_pages_go_on_in_the_run_they_began_in(shop: Shop) -> None:
    wanted = replace(ALL, origins=(Origin.BACKTEST,))
    first = replace(wanted, runs=shop.decisions.runs_of(wanted), limit=1)
    (begun,) = shop.decisions.listed(first).to_pylist()
    run = BacktestRun("anew", SERIES, Role.CHAMPION, "walk_forward", 2, START, START + HOUR, {})
    anew = [decision(i, origin=Origin.BACKTEST, run_id="anew") for i in range(2)]
    shop.decisions.save_backtest(run, [Decided(each, None) for each in anew])
    following = replace(first, after=(begun["open_time"], begun["id"]))
    assert shop.decisions.listed(following)["run_id"].to_pylist() == ["run"]
    assert [each.decision.run_id for each in shop.decisions.read(following)] == ["run"]
    assert shop.decisions.measured(replace(first, limit=9)).numbers.num_rows == 2
    assert set(shop.decisions.listed(wanted)["run_id"].to_pylist()) == {"anew"}

"""What every DecisionStore does: the twin, MariaDB and MySQL 8 alike."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan
from typing import Any

import pytest

from market.decision import LEDGER, Action, Flip, Origin, OutcomeState, Provenance, Role, Status
from market.errors import InvalidInput, StoreRefused
from market.interval import HOUR, Interval, Series
from market.kline import Finality
from market.ports import (
    BacktestRun,
    ChainHead,
    Decided,
    DecisionFilter,
    ModelRecord,
    SymbolInfo,
)
from market.store import Database, StoreSettings
from market.store.decisions_chain import GENESIS, chained
from tests.contracts.decision_shops import (
    SERIES,
    SHOPS,
    START,
    Shop,
    confirm,
    decision,
    mysql_shop,
    opened_shop,
    outcome,
)


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> Shop:
    return opened_shop(request, "BTCUSDT", "ETHUSDT")


def ledger(**wanted: Any) -> DecisionFilter:
    return DecisionFilter(origins=LEDGER, **wanted)


def test_a_decision_comes_back_as_it_was_written(shop: Shop) -> None:
    shop.decisions.append([decision(0)])
    assert shop.decisions.get(decision(0).id) == Decided(decision(0), None)
    assert shop.decisions.last(SERIES, Role.CHAMPION) == decision(0)
    assert shop.decisions.last(SERIES, Role.CHALLENGER) is None


def test_a_decision_without_a_score_keeps_its_gaps(shop: Shop) -> None:
    unknown = decision(
        0, probability=nan, expected_gain=nan, gain_low=nan, gain_high=nan, would_be=Action.BUY
    )
    shop.decisions.append([unknown])
    found = shop.decisions.last(SERIES, Role.CHAMPION)
    assert found is not None
    assert isnan(found.probability)
    assert isnan(found.gain_high)
    assert found.would_be is Action.BUY
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == []


FLIP = Flip("rsi_14", 55.0, 61.25, Action.BUY, 0.125)
CAME = Provenance(START - 2_099 * HOUR, START, 2_097, 2, 1, 1, {"archive": 2_000, "rest": 97})


def test_an_explanation_comes_back_and_is_part_of_the_chain(shop: Shop) -> None:
    explained = decision(0, features_hash="cd" * 32, model_hash="ef" * 32, flip=FLIP, provenance=CAME)
    shop.decisions.append([explained, decision(1)])
    assert shop.decisions.last(SERIES, Role.CHAMPION) == decision(1)
    assert shop.decisions.get(explained.id) == Decided(explained, None)
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == []


@pytest.mark.parametrize("field", ["features_hash", "model_hash", "flip", "provenance"])
def test_an_explanation_that_is_removed_shows(shop: Shop, field: str) -> None:
    shop.decisions.append(
        [decision(0, features_hash="cd" * 32, model_hash="ef" * 32, flip=FLIP, provenance=CAME)]
    )
    shop.blank(1, field)
    assert "content was edited" in shop.decisions.verify(SERIES, Role.CHAMPION)[0]


def test_a_row_from_before_the_explanation_keeps_its_hash() -> None:
    (link,) = chained([decision(0)], 0, GENESIS)
    assert link.hash == "a28502598fdf063e21cf5ad3185213ae64f144e671f40d94f547ded68585db5e"


def test_a_candle_is_decided_once_and_never_edited(shop: Shop) -> None:
    assert shop.decisions.append([decision(0), decision(1)]) == 2
    assert shop.decisions.append([decision(1, action=Action.BUY), decision(2)]) == 1
    found = [each.decision for each in shop.decisions.read(ledger())]
    assert found == [decision(0), decision(1), decision(2)]
    assert shop.decisions.append([decision(2)]) == 0
    assert shop.decisions.append([]) == 0


def test_chains_may_not_be_mixed_in_one_append(shop: Shop) -> None:
    with pytest.raises(InvalidInput, match="several series or roles"):
        shop.decisions.append([decision(0), decision(0, role=Role.CHALLENGER)])


def test_an_unregistered_series_is_refused(shop: Shop) -> None:
    with pytest.raises(InvalidInput, match="populate"):
        shop.decisions.append([decision(0, series=Series.of("simulated", "NOPE", "1h"))])


def test_each_append_is_one_line_of_the_change_log(shop: Shop) -> None:
    before = shop.changes.head()
    shop.decisions.append([decision(0), decision(1), decision(2)])
    shop.decisions.append([decision(2)])
    shop.decisions.record_outcomes([outcome(1), outcome(2)])
    lines = shop.changes.read(before)
    assert [(c.stream, c.series, c.from_time, c.to_time) for c in lines] == [
        ("decisions", str(SERIES), START, START + 2 * HOUR),
        ("decisions", str(SERIES), START + HOUR, START + 2 * HOUR),
    ]


def test_the_work_list_is_confirmed_bars_without_a_decision(shop: Shop) -> None:
    confirm(shop, 0, 1, 2, 3)
    confirm(shop, 4, finality=Finality.CLOSED)
    shop.decisions.append([decision(1)])
    times = shop.decisions.undecided(SERIES, Role.CHAMPION, START)
    assert times == [START, START + 2 * HOUR, START + 3 * HOUR]
    assert shop.decisions.undecided(SERIES, Role.CHAMPION, START + HOUR, limit=1) == [START + 2 * HOUR]
    assert len(shop.decisions.undecided(SERIES, Role.CHALLENGER, START)) == 4


def test_outcomes_are_recorded_once_and_only_for_decisions(shop: Shop) -> None:
    shop.decisions.append([decision(i) for i in range(3)])
    lost = outcome(1, state=OutcomeState.INSUFFICIENT, exit_price=None, gross=None, net=None, correct=None)
    assert shop.decisions.record_outcomes([lost, outcome(0)]) == 2
    assert shop.decisions.record_outcomes([outcome(0, net=0.9)]) == 0
    assert [d.open_time for d in shop.decisions.without_outcome(SERIES, Role.CHAMPION)] == [START + 2 * HOUR]
    assert [each.outcome for each in shop.decisions.read(ledger())] == [outcome(0), lost, None]
    with pytest.raises(InvalidInput, match="without a decision"):
        shop.decisions.record_outcomes([outcome(7)])


def test_filters_choose_and_the_cursor_pages_without_gap_or_double(shop: Shop) -> None:
    shop.decisions.append([decision(i, action=Action.BUY if i % 2 else Action.HOLD) for i in range(7)])
    shop.decisions.append([decision(i, role=Role.CHALLENGER, reason="stale_data") for i in range(3)])
    for newest in (False, True):
        seen: list[tuple[int, str]] = []
        while page := shop.decisions.read(ledger(limit=3, newest=newest, after=seen[-1] if seen else None)):
            seen += [(each.decision.open_time, each.decision.id) for each in page]
        assert len(set(seen)) == 10
        assert seen == sorted(seen, reverse=newest)
    assert len(shop.decisions.read(ledger(actions=(Action.BUY,)))) == 3
    assert len(shop.decisions.read(ledger(role=Role.CHALLENGER, reasons=("stale_data",)))) == 3
    assert len(shop.decisions.read(ledger(start=START + HOUR, end=START + 3 * HOUR))) == 4
    assert shop.decisions.read(ledger(symbol="ETHUSDT")) == []
    assert shop.decisions.read(ledger(statuses=(Status.SUPPRESSED,))) == []


def test_an_id_that_no_row_can_bear_is_nobodys(shop: Shop) -> None:
    shop.decisions.append([decision(0)])
    for odd in ("é", "🐋", "", "\x00", "%", "'", " " * 200):
        assert shop.decisions.get(odd) is None
        assert shop.decisions.read(ledger(model_id=odd)) == []
        assert shop.decisions.read(DecisionFilter(run_id=odd or "é")) == []
        assert shop.decisions.read(ledger(reasons=(odd or "é",))) == []
        assert shop.decisions.read(ledger(symbol=odd, exchange=odd)) == []


def test_a_whole_ledger_verifies_and_names_its_heads(shop: Shop) -> None:
    shop.decisions.append([decision(0), decision(2)])
    shop.decisions.append([decision(1, origin=Origin.LATE)])
    shop.decisions.record_outcomes([outcome(0)])
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == []
    heads = shop.decisions.chain_heads()
    assert [(head.series, head.role, head.chain, head.number) for head in heads] == [
        (SERIES, Role.CHAMPION, "decisions", 3),
        (SERIES, Role.CHAMPION, "outcomes", 1),
    ]
    assert shop.decisions.verify(SERIES, Role.CHAMPION, heads) == []


def test_an_edited_row_is_found(shop: Shop) -> None:
    shop.decisions.append([decision(i) for i in range(4)])
    shop.decisions.record_outcomes([outcome(0), outcome(1)])
    shop.edit("decisions", 2)
    shop.edit("outcomes", 1)
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == [
        "decisions 2 (candle 2023-11-14T23:00:00+00:00): its content was edited",
        "outcomes 1 (candle 2023-11-14T22:00:00+00:00): its content was edited",
    ]


def test_a_deleted_row_is_found(shop: Shop) -> None:
    shop.decisions.append([decision(i) for i in range(5)])
    shop.decisions.record_outcomes([outcome(1)])
    shop.delete("decisions", 2)
    shop.delete("decisions", 3)
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == [
        "decisions 2 to 3: missing, deleted",
        "outcomes 1: its decision is missing",
    ]


def test_a_cut_tail_is_found_and_an_anchor_finds_a_rewritten_chain(shop: Shop) -> None:
    shop.decisions.append([decision(i) for i in range(3)])
    shop.delete("decisions", 3)
    assert shop.decisions.verify(SERIES, Role.CHAMPION) == [
        "decisions 3: missing, the end of the chain was cut off"
    ]
    anchor = ChainHead(SERIES, Role.CHAMPION, "decisions", 2, "f" * 64)
    assert "decisions 2: not the row that was anchored, the chain was rewritten" in shop.decisions.verify(
        SERIES, Role.CHAMPION, [anchor]
    )


def test_an_active_model_takes_the_place_of_the_one_before(shop: Shop) -> None:
    first = ModelRecord("m1", SERIES, Role.CHAMPION, "lightgbm", 10, 1, 9, 4, True, {"auc": 0.5}, {"a": "b"})
    second = replace(first, model_id="m2", trained_at=20)
    shadow = replace(first, model_id="c1", role=Role.CHALLENGER)
    for model in (first, shadow, second):
        shop.decisions.save_model(model)
    assert shop.decisions.models(SERIES) == [second, shadow, replace(first, active=False)]
    assert [m.model_id for m in shop.decisions.models(active_only=True)] == ["m2", "c1"]
    assert shop.changes.read(shop.changes.head() - 1)[0].stream == "models"


def test_a_backtest_is_stored_whole_replaced_whole_and_read_by_its_newest_run(shop: Shop) -> None:
    def run(name: str, created_at: int, gain: float) -> None:
        decided = [
            Decided(
                decision(i, origin=Origin.BACKTEST, run_id=name, expected_gain=gain),
                outcome(i, run_id=name) if i < 2 else None,
            )
            for i in range(3)
        ]
        equity = ((START, 1.0, 1.0), (START + HOUR, 1.01, 0.99))
        stored = BacktestRun(
            name, SERIES, Role.CHAMPION, "walk_forward", created_at, START, START + 2 * HOUR, {"n": 3}, equity
        )
        shop.decisions.save_backtest(stored, decided)
        assert shop.decisions.backtests(SERIES)[0] == stored

    run("r1", 1, 0.1)
    run("r2", 2, 0.2)
    run("r2", 2, 0.3)
    shop.decisions.append([decision(5)])
    found = shop.decisions.read(DecisionFilter(origins=(Origin.BACKTEST,)))
    assert [(each.decision.run_id, each.decision.expected_gain) for each in found] == [("r2", 0.3)] * 3
    assert [each.outcome for each in found] == [outcome(0, run_id="r2"), outcome(1, run_id="r2"), None]
    assert len(shop.decisions.read(DecisionFilter(run_id="r1"))) == 3
    assert len(shop.decisions.read(DecisionFilter())) == 4
    assert shop.decisions.get(found[1].decision.id) == found[1]
    assert shop.decisions.get("0" * 32) is None


@pytest.mark.database
def test_the_model_user_may_not_edit_or_delete_a_decision(
    database: StoreSettings, root_password: str
) -> None:
    shop = mysql_shop(database, root_password)
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    shop.decisions.append([decision(0)])
    for statement in ("UPDATE decisions SET cost = 0", "DELETE FROM decisions", "DELETE FROM outcomes"):
        with pytest.raises(StoreRefused), Database(database, "model").transaction() as cursor:
            cursor.execute(statement)


@pytest.mark.database
def test_a_back_test_is_stored_page_by_page_as_it_is_made(
    database: StoreSettings, root_password: str
) -> None:
    shop = mysql_shop(database, root_password)
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    names = [f"feature_{i}" for i in range(31)]
    weights = {name: 0.123456 + i for i, name in enumerate(names)}
    decided = [
        Decided(
            decision(i, origin=Origin.BACKTEST, run_id="r", features=weights, contributions=weights),
            outcome(i, run_id="r"),
        )
        for i in range(2_500)
    ]
    run = BacktestRun("r", SERIES, Role.CHAMPION, "walk_forward", 1, START, START + 2_499 * HOUR, {})
    shop.decisions.save_backtest(run, iter(decided))
    assert shop.decisions.read(DecisionFilter(run_id="r", limit=3_000)) == decided

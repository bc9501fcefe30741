"""The scorer: what it writes into the ledger, and what it never does."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from market.decision import LEDGER, Action, Decision, Origin, OutcomeState, Position, Role, Status
from market.features import FEATURES, WARMUP
from market.ports import DecisionFilter
from market.store import Database, MySQLChangeLog, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from model_service.feature_code import feature_code_hash
from model_service.registry import Shelf, expires_at
from model_service.score import manifest_hash
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.made import SERIES, STEP, HandClock, Shop, memory_shop, open_shop
from tests.model_service.markets import QUARTER, random_walk
from tests.model_service.trouble import Flaky, wait

TRAINED = 6_000
MARKET = random_walk(TRAINED + 400, 11, edge=0.5)
START, END = int(MARKET["open_time"].iloc[0]), int(MARKET["open_time"].iloc[TRAINED - 1])
CHAMPION = Role.CHAMPION
COOL_DOWN = Spec(QUARTER).cool_down


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(MARKET[:TRAINED], Spec(QUARTER, horizon=1, fee_bp=0.1, slippage_bp=0.1))


@pytest.fixture
def shop(tmp_path: Path, model: TrainedModel) -> Shop:
    return stocked(memory_shop(tmp_path), model)


def stocked(shop: Shop, model: TrainedModel) -> Shop:
    shop.confirm(MARKET[:TRAINED])
    shop.register(model, "m1", START, END)
    return shop


def bars(first: int, last: int) -> pd.DataFrame:
    return MARKET[TRAINED + first : TRAINED + last]


def live(shop: Shop, first: int, last: int, scorer: Any = None) -> None:
    """Candles close one by one, each is confirmed a second later and scored."""
    scorer = scorer or shop.scorer()
    for at in range(first, last):
        shop.clock.time = opened(at) + STEP + 1_000
        shop.confirm(bars(at, at + 1))
        scorer.step()


def opened(at: int) -> int:
    return int(MARKET["open_time"].iloc[TRAINED + at])


def ledger(shop: Shop) -> list[Decision]:
    wanted = DecisionFilter(origins=LEDGER, limit=1_000)
    return [each.decision for each in shop.decisions.read(wanted)]


def test_every_confirmed_candle_after_the_training_is_decided_once(shop: Shop) -> None:
    live(shop, 0, 20)
    shop.scorer().catch_up()
    assert [d.open_time for d in ledger(shop)] == [opened(i) for i in range(20)]
    assert {d.origin for d in ledger(shop)} == {Origin.LIVE}
    assert {d.model_id for d in ledger(shop)} == {"m1"}
    assert shop.decisions.verify(SERIES, CHAMPION) == []


def test_each_position_begins_where_the_one_before_ended(shop: Shop) -> None:
    live(shop, 0, 30)
    made = ledger(shop)
    assert {d.action for d in made} == {Action.BUY, Action.SELL, Action.HOLD}
    for before, after in pairwise(made):
        assert after.position_before is before.position_after


def test_live_one_by_one_and_late_in_one_go_decide_alike(
    shop: Shop, tmp_path: Path, model: TrainedModel
) -> None:
    live(shop, 0, 30)
    late = stocked(memory_shop(tmp_path / "late"), model)
    late.confirm(bars(0, 30))
    late.clock.time = opened(30) + 10 * STEP
    late.scorer().catch_up()

    def content(each: Decision) -> tuple[object, ...]:
        return each.open_time, each.action, each.reason, each.position_after, each.probability, each.data_hash

    assert [content(d) for d in ledger(late)] == [content(d) for d in ledger(shop)]
    assert {d.origin for d in ledger(late)} == {Origin.LATE}


def test_after_a_stop_loss_nothing_is_bought_until_it_has_cooled_down_whoever_restarts(
    shop: Shop, tmp_path: Path, model: TrainedModel
) -> None:
    live(shop, 0, 1)
    (first,) = ledger(shop)
    stopped = replace(
        first, action=Action.SELL, status=Status.ISSUED, reason="stop_loss", would_be=None,
        position_before=Position.LONG, position_after=Position.FLAT,
    )  # fmt: skip
    restarted, whole = (stocked(memory_shop(tmp_path / name), model) for name in ("a", "b"))
    for each in (restarted, whole):
        each.confirm(bars(0, 1))
        each.decisions.append([stopped])
    for at in range(1, 40):
        live(restarted, at, at + 1)
    live(whole, 1, 40, whole.scorer())
    assert ledger(whole) == ledger(restarted)
    cooling, after = ledger(whole)[1 : 1 + COOL_DOWN], ledger(whole)[1 + COOL_DOWN :]
    assert "cool_down" in {d.reason for d in cooling}
    assert Action.BUY not in {d.action for d in cooling}
    assert {d.would_be for d in cooling if d.reason == "cool_down"} == {Action.BUY}
    assert "cool_down" not in {d.reason for d in after}
    assert Action.BUY in {d.action for d in after}


def test_every_row_is_signed_by_its_data_code_and_model_and_tells_what_would_flip_it(
    shop: Shop, model: TrainedModel
) -> None:
    live(shop, 0, 8)
    made = ledger(shop)
    assert {d.features_hash for d in made} == {feature_code_hash()}
    (record,) = shop.decisions.models()
    assert {d.model_hash for d in made} == {manifest_hash(record)}
    assert len({d.data_hash for d in made}) == 8
    came = [d.provenance for d in made if d.provenance]
    assert [c.end for c in came] == [opened(i) for i in range(8)]
    assert {(c.bars, c.missing, c.provisional, c.revised) for c in came} == {(WARMUP, 0, 0, 0)}
    assert {tuple(c.sources.items()) for c in came} == {(("rest", WARMUP),)}
    flips = [d.flip for d in made if d.flip]
    assert flips
    assert all(flip.feature in FEATURES for flip in flips)


def test_a_candle_the_exchange_changed_is_counted(shop: Shop) -> None:
    live(shop, 0, 2)
    changed = bars(1, 2).assign(close=lambda b: b["close"] * 1.001, high=lambda b: b["high"] * 1.002)
    shop.confirm(changed)
    live(shop, 2, 3)
    came = ledger(shop)[-1].provenance
    assert came is not None
    assert came.revised == 1


def test_outcomes_follow_after_the_horizon_and_not_before(shop: Shop) -> None:
    live(shop, 0, 2)
    assert [each.outcome for each in shop.decisions.read(DecisionFilter())] == [None, None]
    live(shop, 2, 3)
    first = shop.decisions.read(DecisionFilter())[0].outcome
    assert first is not None
    assert first.state is OutcomeState.KNOWN
    entry, leave = (float(f"{MARKET['open'].iloc[TRAINED + i]:.8f}") for i in (1, 2))
    assert first.gross == pytest.approx(leave / entry - 1, abs=1e-12)


def test_a_candle_that_never_comes_makes_its_outcome_insufficient_once_that_is_certain(shop: Shop) -> None:
    live(shop, 0, 1)
    shop.confirm(bars(2, 3))
    shop.scorer().catch_up()
    assert shop.decisions.read(DecisionFilter())[0].outcome is None
    shop.confirm(bars(0, 5).drop(index=TRAINED + 1))
    shop.scorer().catch_up()
    outcome = shop.decisions.read(DecisionFilter())[0].outcome
    assert outcome is not None
    assert outcome.state is OutcomeState.INSUFFICIENT


def test_a_hole_suppresses_decisions_and_leaves_the_position_alone(shop: Shop) -> None:
    live(shop, 0, 5)
    before = ledger(shop)[-1].position_after
    live(shop, 8, 12)
    after = ledger(shop)[5:]
    assert {(d.status, d.reason, d.action) for d in after} == {
        (Status.SUPPRESSED, "contaminated_window", Action.HOLD)
    }
    assert {d.position_after for d in after} == {before}
    assert all(d.would_be is not None for d in after)


def test_a_candle_that_arrives_after_a_later_one_was_decided_edits_nothing(shop: Shop) -> None:
    live(shop, 0, 10)
    live(shop, 11, 13)
    settled = ledger(shop)
    live(shop, 10, 11)
    made = ledger(shop)
    assert [d for d in made if d.open_time != opened(10)] == settled
    overtaken = made[10]
    assert (overtaken.status, overtaken.reason) == (Status.SUPPRESSED, "stale_data")
    assert overtaken.position_before is made[9].position_after
    assert overtaken.position_after is overtaken.position_before
    assert shop.decisions.verify(SERIES, CHAMPION) == []


def test_the_position_outlives_the_model_that_began_it(shop: Shop, model: TrainedModel) -> None:
    at = 0
    while not ledger(shop) or ledger(shop)[-1].position_after is Position.FLAT:
        live(shop, at, at + 1)
        at += 1
        assert at < 200, "the planted edge should have been bought"
    shop.register(model, "m2", START, opened(at - 1))
    live(shop, at, at + 1)
    newest = ledger(shop)[-1]
    assert newest.model_id == "m2"
    assert newest.position_before is Position.LONG


def test_candles_a_new_model_has_seen_are_left_to_the_old_one(shop: Shop, model: TrainedModel) -> None:
    shop.confirm(bars(0, 10))
    shop.register(model, "m2", START, opened(5))
    shop.scorer().catch_up()
    assert [d.model_id for d in ledger(shop)] == ["m1"] * 6 + ["m2"] * 4


def test_an_expired_model_no_longer_acts(shop: Shop, model: TrainedModel) -> None:
    record = shop.register(model, "short", END - 2 * STEP, END, later=1)
    assert expires_at(record) == opened(1)
    live(shop, 0, 4)
    assert [d.reason == "model_expired" for d in ledger(shop)] == [False, True, True, True]


def test_a_tampered_model_file_stops_its_series_and_says_so(
    shop: Shop, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "m1" / "model.json").write_text("{}")
    live(shop, 0, 2)
    assert ledger(shop) == []
    assert "is not the registered one" in caplog.text
    assert "cannot be used" in caplog.text


def test_a_database_that_goes_away_while_scoring_loses_nothing(shop: Shop) -> None:
    flaky = Flaky(shop.decisions)
    scorer = shop.scorer(flaky)
    stop = threading.Event()
    thread = threading.Thread(target=scorer.run, args=(stop,))
    thread.start()
    try:
        for at in range(6):
            flaky.away = at in (2, 3)
            shop.clock.time = opened(at) + STEP + 1_000
            shop.confirm(bars(at, at + 1))
            time.sleep(0.3)
        wait(lambda: len(ledger(shop)) == 6)
    finally:
        stop.set()
        thread.join(10)
    assert [d.open_time for d in ledger(shop)] == [opened(i) for i in range(6)]
    assert shop.decisions.verify(SERIES, CHAMPION) == []


@pytest.mark.database
def test_on_the_real_database_every_confirmed_candle_is_decided_in_one_step(
    database: StoreSettings, tmp_path: Path, model: TrainedModel
) -> None:
    db = Database(database, "model")
    shop = Shop(
        MySQLKlineStore(Database(database, "ingest")), MySQLDecisionStore(db), MySQLChangeLog(db),
        Shelf(tmp_path), HandClock(),
    )  # fmt: skip
    open_shop(shop)
    stocked(shop, model)
    scorer = shop.scorer()
    live(shop, 0, 3, scorer)
    for at in range(3, 13):
        shop.clock.time = opened(at) + STEP
        shop.confirm(bars(at, at + 1))
        assert scorer.step() == 2
    assert len(ledger(shop)) == 13
    assert shop.decisions.verify(SERIES, CHAMPION) == []

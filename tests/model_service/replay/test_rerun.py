"""Recorded decisions again: what has changed since is named, and what has not is equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from market.decision import Action, Role
from market.kline import Finality, Source
from market.store.decisions_chain import DECISIONS
from market.store.memory_decisions import MemoryDecisionStore
from model_service.ledger import Scribe
from model_service.registry import Shelf
from model_service.replay.causes import Cause, Rerun
from model_service.replay.report import report_view, summed
from model_service.replay.rerun import rerun
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.made import SERIES, STEP, Shop, memory_shop, table
from tests.model_service.markets import QUARTER, random_walk

TRAINED, DECIDED = 6_000, 40
MARKET = random_walk(TRAINED + 60, 11, edge=0.5)
START, END = int(MARKET["open_time"].iloc[0]), int(MARKET["open_time"].iloc[TRAINED - 1])
CHAMPION = Role.CHAMPION


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(MARKET[:TRAINED], Spec(QUARTER, horizon=1, fee_bp=0.1, slippage_bp=0.1))


@pytest.fixture(scope="module")
def other_model() -> TrainedModel:
    return train(MARKET[:TRAINED], Spec(QUARTER, horizon=1, fee_bp=0.1, slippage_bp=0.1, kind="logistic"))


@pytest.fixture
def shop(tmp_path: Path, model: TrainedModel) -> Shop:
    made = memory_shop(tmp_path)
    made.confirm(MARKET[:TRAINED])
    made.register(model, "m1", START, END)
    return made


def opened(at: int) -> int:
    return int(MARKET["open_time"].iloc[TRAINED + at])


def bars(first: int, last: int) -> pd.DataFrame:
    return MARKET[TRAINED + first : TRAINED + last]


def live(shop: Shop, first: int, last: int) -> None:
    scorer = shop.scorer()
    for at in range(first, last):
        shop.clock.time = max(shop.clock.time, opened(at) + STEP) + 1_000
        shop.confirm(bars(at, at + 1))
        scorer.step()


def exchange_says(shop: Shop, candles: pd.DataFrame, span: tuple[int, int]) -> None:
    """A later reading of the exchange's history, which takes the place of what was confirmed."""
    shop.clock.time += STEP
    shop.klines.write(
        SERIES, table(candles), finality=Finality.CONFIRMED, source=Source.REST, now=shop.clock.time,
        covered=(opened(span[0]), opened(span[1])),
    )  # fmt: skip


def again(shop: Shop, first: int = 0, last: int = DECIDED) -> list[Rerun]:
    scribe = Scribe(shop.klines, shop.decisions, shop.shelf, lambda _: shop.clock, 120_000)
    return list(rerun(scribe, SERIES, CHAMPION, opened(first), opened(last)))


def causes(shop: Shop) -> list[Cause]:
    return [each.cause for each in again(shop)]


def test_an_untouched_record_decides_the_same_again(shop: Shop) -> None:
    live(shop, 0, DECIDED)
    found = again(shop)
    assert [each.cause for each in found] == [Cause.NONE] * DECIDED
    assert {each.recorded.action for each in found} == {Action.BUY, Action.SELL, Action.HOLD}
    assert report_view(summed(found))["differences"] == 0


def test_a_candle_revised_afterwards_is_named_and_only_where_it_lies_in_the_window(shop: Shop) -> None:
    live(shop, 0, DECIDED)
    revised = bars(20, 21).assign(close=lambda b: b["close"] * 1.001)
    revised["high"] = revised[["high", "close"]].max(axis=1)
    exchange_says(shop, revised, (20, 21))
    found = again(shop)
    assert [each.cause for each in found[:20]] == [Cause.NONE] * 20
    assert {each.cause for each in found[20:]} == {Cause.REVISED_CANDLE}
    assert str(opened(20)) in found[25].detail
    assert "return_1" in found[20].names


def test_a_withdrawn_candle_is_a_revised_one(shop: Shop) -> None:
    live(shop, 0, DECIDED)
    exchange_says(shop, bars(28, 33).drop(index=TRAINED + 30), (28, 33))
    found = again(shop)
    assert [each.cause for each in found[:30]] == [Cause.NONE] * 30
    assert {each.cause for each in found[30:]} == {Cause.REVISED_CANDLE}
    assert found[30].again is None


def test_a_record_whose_candles_are_all_gone_is_told_so(shop: Shop, tmp_path: Path) -> None:
    live(shop, 0, DECIDED)
    shop.klines = memory_shop(tmp_path).klines
    assert set(causes(shop)) == {Cause.REVISED_CANDLE}
    assert again(shop)[0].detail == "its candle is no longer confirmed, and no revision says why"


def test_a_candle_that_came_late_is_named_in_the_decisions_it_was_missing_from(shop: Shop) -> None:
    live(shop, 0, 10)
    live(shop, 11, 20)
    live(shop, 10, 11)
    live(shop, 20, DECIDED)
    found = causes(shop)
    assert found[:10] == [Cause.NONE] * 10
    assert found[10] is Cause.SUPPRESSED
    assert found[11:20] == [Cause.LATE_CANDLE] * 9
    assert found[20:] == [Cause.NONE] * (DECIDED - 20)


def test_another_model_in_charge_is_named(shop: Shop, other_model: TrainedModel) -> None:
    live(shop, 0, DECIDED)
    shop.register(other_model, "m2", START, opened(19), later=1)
    found = again(shop)
    assert [each.cause for each in found] == [Cause.NONE] * 20 + [Cause.OTHER_MODEL] * 20
    assert found[-1].detail == "m1 then, m2 now"


def test_a_model_whose_files_are_gone_is_another_model(shop: Shop, tmp_path: Path) -> None:
    live(shop, 0, DECIDED)
    (tmp_path / "m1" / "model.json").unlink()
    shop.shelf = Shelf(tmp_path)
    assert causes(shop) == [Cause.OTHER_MODEL] * DECIDED


def test_an_edited_feature_is_a_mismatch(shop: Shop) -> None:
    live(shop, 0, DECIDED)
    edit(shop, 7, features=lambda old: {**old, "rsi_14": (old["rsi_14"] or 0) + 0.1})
    found = again(shop)
    assert Counter(each.cause for each in found) == {Cause.NONE: DECIDED - 1, Cause.FEATURE_MISMATCH: 1}
    assert found[7].names == ("rsi_14",)
    assert "edited" in found[7].detail


def test_a_data_hash_that_no_record_gives_is_a_mismatch(shop: Shop) -> None:
    live(shop, 0, DECIDED)
    edit(shop, 7, data_hash=lambda _: "0" * 64, probability=lambda old: old + 0.1)
    assert again(shop)[7].cause is Cause.FEATURE_MISMATCH


def test_an_edited_action_is_explained_by_nothing(shop: Shop) -> None:
    live(shop, 0, DECIDED)
    held = next(i for i, each in enumerate(again(shop)) if each.recorded.reason == "no_edge")
    edit(shop, held, reason=lambda _: "expected_gain_above_cost", action=lambda _: Action.BUY)
    assert again(shop)[held].cause is Cause.UNEXPLAINED


def test_a_report_counts_every_decision_once(shop: Shop, other_model: TrainedModel) -> None:
    live(shop, 0, 10)
    live(shop, 11, 20)
    live(shop, 10, 11)
    live(shop, 20, DECIDED)
    shop.register(other_model, "m2", START, opened(29), later=1)
    view = report_view(summed(again(shop)), 3)
    assert view["counts"] == {
        "none": 20, "late_candle": 9, "revised_candle": 0, "feature_mismatch": 0, "other_model": 10,
        "suppressed": 1, "unexplained": 0,
    }  # fmt: skip
    assert (view["examined"], view["differences"], len(view["rows"])) == (DECIDED, 20, 3)
    assert view["rows"][0]["cause"] == "suppressed"


def edit(shop: Shop, at: int, **changes: Callable[[Any], Any]) -> None:
    """What someone with a database client does to a row."""
    assert isinstance(shop.decisions, MemoryDecisionStore)
    links = shop.decisions.chains[SERIES, CHAMPION, DECISIONS]
    entry = links[at].entry
    edited = {name: change(getattr(entry, name)) for name, change in changes.items()}
    links[at] = replace(links[at], entry=replace(entry, **edited))

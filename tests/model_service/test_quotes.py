"""A feature group on its way from the stored ticks to training and to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from market.decision import LEDGER, Role
from market.errors import InvalidInput, ModelRefused
from market.features import FEATURES, features
from market.groups import GROUPS
from market.ports import DecisionFilter
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.tick import Tick
from model_service.candles import matrix_of, read_window
from model_service.jobs import new_job, reported
from model_service.ledger import Scribe
from model_service.quotes import Quotes
from model_service.replay.causes import Cause
from model_service.replay.report import summed
from model_service.replay.rerun import rerun
from model_service.settings import ModelSettings
from model_service.spec import Spec
from model_service.training import Workshop, train_series
from tests.model_service.books import closing, quotes
from tests.model_service.made import SERIES, STEP, Shop, memory_shop
from tests.model_service.markets import QUARTER, random_walk

BARS = 5_040
MARKET = closing(random_walk(BARS, 11, edge=0.3), QUARTER)
TRAINED = BARS - 40
TICKS = quotes(MARKET, 0.8)
SETTINGS = ModelSettings(champion="logistic", challenger="logistic", feature_groups="book")


@dataclass
class Booked:
    """A shop with ticks beside its candles, and a scribe that reads them."""

    shop: Shop
    ticks: MemoryTickStore
    scribe: Scribe


def train(shop: Shop, ticks: MemoryTickStore | None) -> None:
    work = Workshop(shop.klines, shop.decisions, shop.shelf, SETTINGS, ticks)
    with reported(shop.decisions, new_job(SERIES, shop.clock.time), shop.clock.now) as report:
        train_series(work, SERIES, report, force=False)


def stocked(folder: Path, given: Sequence[Tick]) -> Booked:
    shop = memory_shop(folder)
    shop.confirm(MARKET[:TRAINED])
    shop.clock.time = int(MARKET["close_time"].iloc[TRAINED - 1]) + 1
    assert isinstance(shop.klines, MemoryKlineStore)
    ticks = MemoryTickStore(shop.klines)
    ticks.write(given)
    scribe = Scribe(shop.klines, shop.decisions, shop.shelf, lambda _: shop.clock, 120_000, ticks)
    return Booked(shop, ticks, scribe)


@pytest.fixture(scope="module")
def booked(tmp_path_factory: pytest.TempPathFactory) -> Booked:
    made = stocked(tmp_path_factory.mktemp("models"), TICKS)
    train(made.shop, made.ticks)
    made.shop.confirm(MARKET[TRAINED:])
    made.shop.clock.time = int(MARKET["close_time"].iloc[-1]) + 1
    made.scribe.refresh()
    made.scribe.write_due(SERIES)
    return made


def test_live_decisions_see_the_book_as_the_whole_history_does(booked: Booked) -> None:
    found = booked.shop.decisions.read(DecisionFilter(limit=100, role=None, origins=LEDGER))
    whole = features(MARKET, TICKS, ("book",))
    assert len({each.decision.open_time for each in found}) == BARS - TRAINED
    flags = set()
    for decided in (each.decision for each in found):
        wanted = whole.loc[decided.open_time]
        seen = [np.nan if v is None else v for v in (decided.features[name] for name in whole.columns)]
        np.testing.assert_allclose(seen, wanted, rtol=1e-6, atol=1e-8)
        assert tuple(decided.contributions) == (*FEATURES, *GROUPS["book"].columns)
        flags.add(decided.features["book_present"])
    assert flags == {0.0, 1.0}


def test_a_replay_of_the_ledger_finds_no_difference(booked: Booked) -> None:
    for role in Role:
        report = summed(rerun(booked.scribe, SERIES, role, 0, 1 << 52))
        assert (report.examined, report.differences) == (BARS - TRAINED, 0), report


def test_a_replay_without_the_ticks_names_what_is_missing(booked: Booked) -> None:
    shop = booked.shop
    forgetful = Scribe(shop.klines, shop.decisions, shop.shelf, lambda _: shop.clock, 120_000)
    report = summed(rerun(forgetful, SERIES, Role.CHAMPION, 0, 1 << 52))
    with_book = sum(
        t >= int(MARKET["open_time"].iloc[TRAINED]) for t in {t.time // STEP * STEP for t in TICKS}
    )
    assert report.counts[Cause.FEATURE_MISMATCH] == report.differences == with_book > 20


def test_the_registered_model_names_its_group(booked: Booked) -> None:
    for record in booked.shop.decisions.models():
        assert booked.shop.shelf.load(record).spec.groups == ("book",)


def test_a_tick_that_arrives_late_changes_no_older_row(booked: Booked) -> None:
    times = [int(t) for t in MARKET["open_time"].iloc[-8:]]
    wanted = Quotes(booked.ticks, ("book",))
    before = read_window(booked.shop.klines, SERIES, times, wanted).candles
    newest = TICKS[-1]
    late = Tick(newest.exchange, newest.symbol, times[-1] + STEP, *([newest.bid] * 5))
    booked.ticks.write([late])
    after = read_window(booked.shop.klines, SERIES, times, wanted).candles
    names = booked.shop.shelf.load(booked.shop.decisions.models()[0]).spec.columns
    np.testing.assert_array_equal(matrix_of(before, names), matrix_of(after, names))


def test_a_model_is_never_fed_a_row_without_its_group(booked: Booked) -> None:
    (candle,) = read_window(booked.shop.klines, SERIES, [int(MARKET["open_time"].iloc[-1])]).candles
    with pytest.raises(ModelRefused, match="the model reads book_imbalance, book_move, book_present"):
        matrix_of([candle], Spec(QUARTER, groups=("book",)).columns)
    assert matrix_of([candle], FEATURES).shape == (1, 31)


def test_without_enough_ticks_no_model_is_trained_and_the_reason_is_kept(tmp_path: Path) -> None:
    few = stocked(tmp_path, [t for t in TICKS if t.time > int(MARKET["open_time"].iloc[TRAINED - 300])])
    with pytest.raises(InvalidInput, match=r"feature group book is there in 0% of \d+ training rows"):
        train(few.shop, few.ticks)
    assert few.shop.decisions.models() == []
    assert few.shop.decisions.jobs()[0].state == "failed"


def test_only_the_last_tick_of_a_bar_is_kept_in_any_number_of_pages(
    booked: Booked, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, end = (int(MARKET["open_time"].iloc[at]) for at in (0, 60))
    whole = Quotes(booked.ticks, ("book",)).closing(SERIES, start, end)
    wanted = {t.time // STEP: t for t in TICKS if start <= t.time < end}
    assert whole == list(wanted.values())
    monkeypatch.setattr("model_service.quotes._PAGE", 7)
    assert Quotes(booked.ticks, ("book",)).closing(SERIES, start, end) == whole
    assert Quotes(booked.ticks).closing(SERIES, start, end) == []

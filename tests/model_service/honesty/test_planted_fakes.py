"""Every classic fake, planted for real, is caught by name; the product as it is by none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.decision import Role
from market.features import features
from market.interval import DAY, HOUR
from market.outcome import Costs, Floats
from market.ports import SymbolInfo
from model_service.backtest import Equity, Wanted, equity
from model_service.honesty.record import examine_record
from model_service.honesty.suite import CHECKS, Finding, examine
from model_service.honesty.suspect import Suspect
from model_service.matrix import History
from model_service.registry import Shelf
from model_service.spec import Spec
from model_service.train import train
from tests.contracts.decision_shops import SERIES, Shop, decision, memory_shop, outcome
from tests.model_service.made import memory_shop as service_shop
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(9_000, 51)
HONEST = Suspect(MARKET, Spec(QUARTER))


def with_column(name: str, column: Callable[[pd.DataFrame], pd.Series]) -> Suspect:
    def cheating(klines: pd.DataFrame) -> pd.DataFrame:
        bars = klines.reset_index(drop=True)
        return features(klines).assign(**{name: column(bars).to_numpy()})

    return replace(HONEST, features=cheating)


def centred_average(bars: pd.DataFrame) -> pd.Series:
    return bars["close"].rolling(5, center=True).mean() / bars["close"] - 1


def unfinished_hour(bars: pd.DataFrame) -> pd.Series:
    """The close of the hour that a quarter of an hour lies in, merged at the hour's open."""
    hour = bars["open_time"] // HOUR
    return bars.groupby(hour)["close"].transform("last") / bars["close"] - 1


def whole_sample_score(bars: pd.DataFrame) -> pd.Series:
    return (bars["volume"] - bars["volume"].mean()) / bars["volume"].std()


def next_gain(bars: pd.DataFrame) -> pd.Series:
    return bars["open"].shift(-5) / bars["open"].shift(-1) - 1


def label_of_a_feature(klines: pd.DataFrame, _spec: Spec) -> Floats:
    """That momentum is up as what is to be predicted: the features say it already."""
    return np.sign(features(klines)["return_3"].to_numpy())


def label_of_the_clock(klines: pd.DataFrame, _spec: Spec) -> Floats:
    """What is to be predicted repeats every day: it can be learnt whatever the candles do."""
    return np.sin(2 * np.pi * klines["open_time"].to_numpy() / DAY + 0.3)


def shuffled_folds(known: History, _spec: Spec) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rows = np.random.default_rng(1).permutation(known.training(len(known.open_times)))
    for part in np.array_split(rows, 5):
        yield np.setdiff1d(rows, part), np.sort(part)


def unpurged_blocks(known: History, _spec: Spec) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    yield np.arange(3_000, 7_000), np.arange(7_000, 9_000)


def same_bar(opens: Floats, closes: Floats, wanted: Wanted, costs: Costs) -> Equity:
    honest = equity(opens, closes, wanted, costs)
    return honest._replace(returns=np.where(wanted, closes / opens - 1, 0.0))


FAKES = {
    "a label computed from a feature": (replace(HONEST, label=label_of_a_feature), "past_in_labels"),
    "a label that the clock tells": (
        replace(HONEST, label=label_of_the_clock),
        "learns_from_moved_labels",
    ),
    "a centred moving average": (with_column("centred", centred_average), "future_in_features"),
    "an unfinished candle of a higher interval": (with_column("hour", unfinished_hour), "future_in_features"),
    "a score over the whole sample": (with_column("z", whole_sample_score), "future_in_features"),
    "the label among the features": (with_column("gain", next_gain), "label_in_features"),
    "a shuffled split": (replace(HONEST, split=shuffled_folds), "training_overlaps_test"),
    "a split that is not purged": (replace(HONEST, split=unpurged_blocks), "training_overlaps_test"),
    "a fill in the bar of the signal": (replace(HONEST, fill=same_bar), "fill_in_same_bar"),
    "a profit that needs the bar of the signal": (
        replace(HONEST, wanted=np.r_[(MARKET["close"] > MARKET["open"])[1:], False]),
        "profit_needs_the_first_fill",
    ),
}


@pytest.mark.parametrize("fake", FAKES)
def test_a_planted_fake_is_caught_by_name(fake: str) -> None:
    suspect, name = FAKES[fake]
    assert CHECKS[name](suspect), fake


def test_every_check_of_the_suite_has_a_fake_that_it_catches() -> None:
    assert {name for _, name in FAKES.values()} == set(CHECKS)


def test_the_method_names_every_check() -> None:
    text = (Path(__file__).parents[3] / "docs" / "method.md").read_text(encoding="utf-8")
    named = [*CHECKS, *(finding.check for finding in record_findings(lambda _shop: None))]
    assert [name for name in named if f"`{name}`" not in text] == []


def test_nothing_is_found_in_the_product_itself() -> None:
    assert [finding for finding in examine(HONEST) if finding.faults] == []


def test_the_guilty_column_is_named() -> None:
    suspect, name = FAKES["a centred moving average"]
    assert CHECKS[name](suspect) == ["feature centred changes with the bars after its own"]


def record_findings(tamper: Callable[[Shop], None]) -> list[Finding]:
    """What is found in a ledger of six decisions, four of them judged, after somebody was at it."""
    shop = memory_shop()
    shop.klines.register(SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING"), SERIES.interval)
    shop.decisions.append([decision(i) for i in range(6)])
    shop.decisions.record_outcomes([outcome(i, net=-0.01, correct=False) for i in range(4)])
    tamper(shop)
    return examine_record(shop.decisions, Shelf(Path("nowhere")), SERIES, Role.CHAMPION)


def planted(tamper: Callable[[Shop], None]) -> dict[str, tuple[str, ...]]:
    """The faults by check."""
    return {each.check: each.faults for each in record_findings(tamper) if each.faults}


@pytest.mark.parametrize(
    ("tamper", "check", "words"),
    [
        (lambda shop: shop.edit("decisions", 3), "decisions_changed", r"decisions 3 .*content was edited"),
        (lambda shop: shop.edit("outcomes", 2), "outcomes_changed", r"outcomes 2 .*content was edited"),
        (lambda shop: shop.delete("decisions", 2), "decisions_changed", "decisions 2: missing, deleted"),
        (lambda shop: shop.delete("outcomes", 2), "outcomes_changed", "outcomes 2: missing, deleted"),
        (
            lambda shop: shop.delete("decisions", 6),
            "decisions_changed",
            "decisions 6: missing, the end .*cut off",
        ),
    ],
    ids=["edited row", "edited outcome", "deleted losing decision", "deleted losing outcome", "cut tail"],
)
def test_a_ledger_that_somebody_was_at_is_caught_by_name(
    tamper: Callable[[Shop], None], check: str, words: str
) -> None:
    faults = planted(tamper)
    assert check in faults
    assert re.search(words, "\n".join(faults[check]))


def test_a_ledger_that_nobody_was_at_is_whole() -> None:
    assert planted(lambda _shop: None) == {}


def test_a_tampered_model_file_is_caught_by_name(tmp_path: Path) -> None:
    shop = service_shop(tmp_path)
    record = shop.register(train(MARKET[:6_000], Spec(QUARTER, kind="logistic")), "m1", 0, 1)
    text = tmp_path / "m1" / "model.json"
    text.write_text(text.read_text().replace('"p_min": 0.', '"p_min": 1.'))
    found = examine_record(shop.decisions, Shelf(tmp_path), record.series, Role.CHAMPION)
    assert found[0].check == "model_files_changed"
    assert "model.json" in found[0].faults[0]
    assert "not the registered one" in found[0].faults[0]

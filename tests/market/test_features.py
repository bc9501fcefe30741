"""Features know the past only, and a live window gives the row of the whole history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from market.errors import InvalidInput
from market.features import FEATURES, WARMUP, complete, features
from market.groups import GROUPS, Group
from market.groups.book import book
from market.indicators import INDICATORS
from market.indicators.volatility import sigma
from market.interval import Interval
from market.tick import Tick
from tests.model_service.books import closing, falsified, quotes
from tests.model_service.markets import random_walk

BARS = 3_600
HOUR = Interval("1h")
MARKET = closing(random_walk(BARS, 21, interval=HOUR), HOUR)
PRICES = ["open", "high", "low", "close"]
SHOWN = (*FEATURES, *(name for group in GROUPS.values() for name in group.columns))
Compute = Callable[[pd.DataFrame, list[Tick]], pd.DataFrame]


TICKS = quotes(MARKET, 2 / 3)


def every(klines: pd.DataFrame, ticks: list[Tick]) -> pd.DataFrame:
    """All features and all groups that are registered."""
    return features(klines, ticks, tuple(GROUPS))


FULL = every(MARKET, TICKS)


def leaking(compute: Compute, full: pd.DataFrame, rows: tuple[int, ...]) -> set[str]:
    """Columns whose row changes when the future is cut off, poisoned, or shuffled."""
    found: set[str] = set()
    for row in rows:
        future = MARKET.iloc[row + 1 :].copy()
        given = [*PRICES, "volume"]
        poisoned, shuffled = future.copy(), future.copy()
        poisoned[given] *= 1e6
        shuffled[given] = future[given].sample(frac=1, random_state=3).to_numpy()
        past, closed = MARKET.iloc[: row + 1], int(MARKET["close_time"].iloc[row])
        seen, coming = ([t for t in TICKS if (t.time <= closed) is known] for known in (True, False))
        swapped = [replace(a, time=b.time) for a, b in zip(coming, reversed(coming), strict=True)]
        for klines, ticks in (
            (past, seen),
            (pd.concat([past, poisoned]), seen + [falsified(tick, 1_000_000) for tick in coming]),
            (pd.concat([past, shuffled]), seen + swapped),
        ):
            got = compute(klines, ticks).iloc[row].to_numpy()
            same = np.isclose(got, full.iloc[row].to_numpy(), rtol=1e-6, atol=1e-8, equal_nan=True)
            found |= set(full.columns[~same])
    return found


def with_book(present: bool) -> int:
    """The newest bar but one that has quotes, or has none."""
    return int(np.flatnonzero(FULL["book_present"].to_numpy()[:-5] == float(present))[-1])


def test_no_feature_and_no_group_reads_the_future() -> None:
    rows = (WARMUP - 1, 2_500, 2_987, with_book(True), with_book(False))
    assert leaking(every, FULL, rows) == set()
    assert tuple(FULL.columns) == SHOWN


def test_a_planted_look_ahead_is_caught() -> None:
    def planted(klines: pd.DataFrame, _ticks: list[Tick]) -> pd.DataFrame:
        close = klines["close"].reset_index(drop=True)
        return pd.DataFrame(
            {
                "centred": close.rolling(5, center=True).mean() / close,
                "whole_sample_z": (close - close.mean()) / close.std(),
                "honest": close.pct_change(),
            }
        )

    assert leaking(planted, planted(MARKET, TICKS), (2_500, 2_987)) == {"centred", "whole_sample_z"}


def test_a_planted_group_that_reads_a_later_tick_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def hasty(bars: pd.DataFrame, ticks: pd.DataFrame) -> list[pd.Series]:
        # As-of the next bar's close: the mistake of joining on the bar's number instead of its close.
        return book(bars.assign(close_time=bars["close_time"] + HOUR.typical_ms), ticks)

    monkeypatch.setitem(GROUPS, "hasty", Group(hasty, tuple(f"hasty_{n}" for n in range(4))))
    row = with_book(True)
    assert {name.split("_")[0] for name in leaking(every, every(MARKET, TICKS), (2_500, row))} == {"hasty"}


def test_a_live_window_gives_the_row_of_the_whole_history() -> None:
    for row in (WARMUP - 1, 2_600, 3_100, BARS - 1):
        opened = int(MARKET["open_time"].iloc[row])
        window = every(MARKET.iloc[row - WARMUP + 1 : row + 1], [t for t in TICKS if t.time >= opened]).iloc[
            -1
        ]
        np.testing.assert_allclose(window, FULL.iloc[row], rtol=1e-6, atol=1e-8)


def test_rows_without_enough_history_are_empty_and_all_others_full() -> None:
    assert FULL.iloc[: WARMUP - 1].isna().all(axis=None)
    assert FULL[list(FEATURES)].iloc[WARMUP - 1 :].notna().all(axis=None)
    assert tuple(features(MARKET).columns) == FEATURES
    assert complete(FULL.to_numpy()).sum() == BARS - WARMUP + 1
    assert FULL.index.tolist() == MARKET["open_time"].tolist()


def test_features_have_no_scale() -> None:
    scaled = MARKET.copy()
    scaled[PRICES] *= 1e-4
    scaled["volume"] *= 1e5
    np.testing.assert_allclose(features(scaled), FULL[list(FEATURES)], rtol=1e-5, atol=1e-6)


def test_no_feature_is_the_label_in_disguise() -> None:
    future = np.log(MARKET["close"]).diff(4).shift(-5).to_numpy()
    for name in SHOWN:
        pair = np.c_[FULL[name], future]
        pair = pair[np.isfinite(pair).all(axis=1)]
        if len(np.unique(pair[:, 0])) > 1:
            assert abs(np.corrcoef(pair.T)[0, 1]) < 0.3, name


def test_every_group_file_is_registered_and_ends_with_its_flag() -> None:
    folder = Path(__file__).parents[2] / "market" / "groups"
    assert sorted(GROUPS) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    for name, group in GROUPS.items():
        assert group.function.__module__ == f"market.groups.{name}"
        assert group.columns[-1] == f"{name}_present"
        assert all(column.startswith(f"{name}_") for column in group.columns)
    assert len(set(SHOWN)) == len(SHOWN)


def test_a_group_that_was_not_recorded_is_missing_and_never_zero() -> None:
    for group in GROUPS.values():
        values, flag = (
            FULL[list(group.columns[:-1])].iloc[WARMUP - 1 :],
            FULL[group.columns[-1]].iloc[WARMUP - 1 :],
        )
        assert set(flag) == {0.0, 1.0}
        assert values[flag == 0].isna().all(axis=None)
        assert values[flag == 1].notna().all(axis=None)
    none = features(MARKET, [], tuple(GROUPS)).iloc[WARMUP - 1 :]
    for group in GROUPS.values():
        assert (none[group.columns[-1]] == 0).all()
        assert none[list(group.columns[:-1])].isna().all(axis=None)


def test_a_quote_counts_up_to_the_last_millisecond_of_its_candle_and_no_longer() -> None:
    last = MARKET.iloc[-1]
    closed, scale = int(last["close_time"]), float(np.exp(FULL["log_sigma"].iloc[-1]))

    def at(time: int) -> pd.Series:
        tick = Tick("simulated", "ETHUSDT", time, *map(Decimal, ("99", "3", "101", "1", "100")))
        return features(MARKET, [tick], ("book",)).iloc[-1]

    row = at(closed)
    assert row["book_present"] == 1
    assert row["book_spread"] == pytest.approx(0.02 / scale)
    assert row["book_imbalance"] == 0.5
    assert row["book_move"] == pytest.approx(np.log(100 / last["open"]) / scale)
    assert at(closed + 1)["book_present"] == 0
    assert at(int(last["open_time"]) - 1)["book_present"] == 0


def test_an_unknown_group_and_bars_without_their_close_time_are_refused() -> None:
    with pytest.raises(InvalidInput, match="unknown feature group 'news': use book"):
        features(MARKET, [], ("news",))
    with pytest.raises(InvalidInput, match="klines lack close_time"):
        features(MARKET.drop(columns="close_time"), [], ("book",))


def test_every_indicator_file_is_registered_and_keeps_its_promise() -> None:
    folder = Path(__file__).parents[2] / "market" / "indicators"
    registered = [each.function.__name__ for each in INDICATORS]
    assert sorted(registered) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")
    bars = MARKET.set_index("open_time")
    bars["sigma"] = sigma(bars)
    for each in INDICATORS:
        assert each.function.__module__ == f"market.indicators.{each.function.__name__}"
        columns = each.function(bars)
        assert len(columns) == len(each.columns)
        assert all(len(column) == BARS for column in columns)
    assert len(set(FEATURES)) == len(FEATURES) == 31


def test_a_still_market_is_undefined_and_never_infinite() -> None:
    still = MARKET.copy()
    still[PRICES] = 100.0
    still["volume"] = 0.0
    values = features(still)
    assert not np.isinf(values).any(axis=None)
    assert values["log_sigma"].isna().all()


def test_known_values_of_the_last_candle() -> None:
    close = np.log(MARKET["close"].to_numpy())
    sigma = np.diff(close)[-168:].std(ddof=1)
    assert FULL["return_1"].iloc[-1] == pytest.approx((close[-1] - close[-2]) / sigma)
    assert FULL["return_24"].iloc[-1] == pytest.approx((close[-1] - close[-25]) / sigma / 24**0.5)
    assert FULL["log_sigma"].iloc[-1] == pytest.approx(np.log(sigma))
    last = MARKET.iloc[-1]
    assert FULL["close_location"].iloc[-1] == pytest.approx(
        2 * (last["close"] - last["low"]) / (last["high"] - last["low"]) - 1
    )
    week = MARKET.iloc[-168:]
    position = (last["close"] - week["low"].min()) / (week["high"].max() - week["low"].min())
    assert FULL["donchian_168"].iloc[-1] == pytest.approx(2 * position - 1)


def test_arrow_and_pandas_give_the_same_matrix() -> None:
    table = pa.Table.from_pandas(MARKET, preserve_index=False)
    pd.testing.assert_frame_equal(every(table, TICKS), FULL)  # type: ignore[arg-type]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidInput, match="klines lack volume"):
        features(MARKET.drop(columns="volume"))

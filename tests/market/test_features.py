"""Features know the past only, and a live window gives the row of the whole history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from market.errors import InvalidInput
from market.features import CLEAN_BARS, FEATURES, WARMUP, contaminated, features
from market.indicators import INDICATORS
from market.indicators.volatility import sigma
from market.interval import Interval
from tests.model_service.markets import random_walk

BARS = 3_600
MARKET = random_walk(BARS, 21)
FULL = features(MARKET)
PRICES = ["open", "high", "low", "close"]
Features = Callable[[pd.DataFrame], pd.DataFrame]


def leaking(compute: Features, full: pd.DataFrame, rows: tuple[int, ...]) -> set[str]:
    """Columns whose row changes when the future is cut off, poisoned, or shuffled."""
    found: set[str] = set()
    for row in rows:
        future = MARKET.iloc[row + 1 :].copy()
        columns = [*PRICES, "volume"]
        poisoned, shuffled = future.copy(), future.copy()
        poisoned[columns] *= 1e6
        shuffled[columns] = future[columns].sample(frac=1, random_state=3).to_numpy()
        past = MARKET.iloc[: row + 1]
        for other in (past, pd.concat([past, poisoned]), pd.concat([past, shuffled])):
            got = compute(other).iloc[row].to_numpy()
            same = np.isclose(got, full.iloc[row].to_numpy(), rtol=1e-6, atol=1e-8, equal_nan=True)
            found |= set(full.columns[~same])
    return found


def test_no_feature_reads_the_future() -> None:
    assert leaking(features, FULL, (WARMUP - 1, 2_500, 2_987, 3_400)) == set()


def test_a_planted_look_ahead_is_caught() -> None:
    def planted(klines: pd.DataFrame) -> pd.DataFrame:
        close = klines["close"].reset_index(drop=True)
        return pd.DataFrame(
            {
                "centred": close.rolling(5, center=True).mean() / close,
                "whole_sample_z": (close - close.mean()) / close.std(),
                "honest": close.pct_change(),
            }
        )

    assert leaking(planted, planted(MARKET), (2_500, 2_987)) == {"centred", "whole_sample_z"}


def test_a_live_window_gives_the_row_of_the_whole_history() -> None:
    for row in (WARMUP - 1, 2_600, 3_100, BARS - 1):
        window = features(MARKET.iloc[row - WARMUP + 1 : row + 1]).iloc[-1]
        np.testing.assert_allclose(window, FULL.iloc[row], rtol=1e-6, atol=1e-8)


def test_rows_without_enough_history_are_empty_and_all_others_full() -> None:
    assert FULL.iloc[: WARMUP - 1].isna().all(axis=None)
    assert FULL.iloc[WARMUP - 1 :].notna().all(axis=None)
    assert tuple(FULL.columns) == FEATURES
    assert FULL.index.tolist() == MARKET["open_time"].tolist()


def test_features_have_no_scale() -> None:
    scaled = MARKET.copy()
    scaled[PRICES] *= 1e-4
    scaled["volume"] *= 1e5
    np.testing.assert_allclose(features(scaled), FULL, rtol=1e-5, atol=1e-6)


def test_no_feature_is_the_label_in_disguise() -> None:
    future = np.log(MARKET["close"]).diff(4).shift(-5).to_numpy()
    for name in FEATURES:
        pair = np.c_[FULL[name], future]
        pair = pair[np.isfinite(pair).all(axis=1)]
        assert abs(np.corrcoef(pair.T)[0, 1]) < 0.3, name


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
    pd.testing.assert_frame_equal(features(pa.Table.from_pandas(MARKET, preserve_index=False)), FULL)


def test_a_missing_column_is_named() -> None:
    with pytest.raises(InvalidInput, match="klines lack volume"):
        features(MARKET.drop(columns="volume"))


def test_bars_after_a_hole_are_contaminated_until_it_has_left_the_short_window() -> None:
    hour = Interval("1h")
    times = np.delete(np.arange(100, dtype=np.int64) * hour.typical_ms, [50])
    marked = np.flatnonzero(contaminated(times, hour))
    assert marked.tolist() == list(range(50, 50 + CLEAN_BARS))

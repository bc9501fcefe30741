"""A position meets its stop, its target or the end of its time, and in doubt the stop."""

from __future__ import annotations

import numpy as np
import pytest

from market.interval import HOUR, Interval
from market.labels import Barriers, triple_barrier

TIMES = np.arange(8, dtype=np.int64) * HOUR
CALM = np.array([[100.0, 100.5, 99.5]] * 8)
# Barriers at 100 +- 4: one volatility of 2 % over four bars.
SIGMA = np.full(8, 0.02)


def judged(**bars: tuple[float, float, float]) -> Barriers:
    """The calm market with some bars replaced, bar 3 as `b3`."""
    prices = CALM.copy()
    for name, values in bars.items():
        prices[int(name[1:])] = values
    return triple_barrier(TIMES, prices, Interval("1h"), SIGMA, horizon=4)


def first(found: Barriers) -> tuple[float, float, float]:
    return found.side[0], found.gain[0], found.bars[0]


def test_nothing_met_ends_at_the_open_after_the_horizon() -> None:
    assert first(judged(b5=(101.0, 101.0, 101.0))) == (0.0, pytest.approx(0.01), 4)


def test_the_first_barrier_met_counts() -> None:
    assert first(judged(b2=(100, 104.1, 99), b3=(100, 101, 90))) == (1.0, pytest.approx(0.04), 2)
    assert first(judged(b2=(100, 101, 95.9), b3=(100, 120, 99))) == (-1.0, pytest.approx(-0.04), 2)


def test_a_bar_that_holds_both_barriers_counts_as_the_stop() -> None:
    assert first(judged(b3=(100, 110, 90))) == (-1.0, pytest.approx(-0.04), 3)


def test_a_gap_through_a_barrier_leaves_at_the_open() -> None:
    assert first(judged(b3=(107, 108, 90))) == (1.0, pytest.approx(0.07), 3)
    assert first(judged(b3=(93, 110, 92))) == (-1.0, pytest.approx(-0.07), 3)


def test_the_bar_of_the_entry_counts_and_the_bar_of_the_decision_does_not() -> None:
    assert first(judged(b0=(100, 200, 1))) == (0.0, pytest.approx(0.0), 4)
    assert first(judged(b1=(100, 105, 99))) == (1.0, pytest.approx(0.04), 1)


def test_pending_bars_missing_bars_and_an_unknown_volatility_have_no_answer() -> None:
    found = judged()
    assert np.isfinite(found.side).tolist() == [True] * 3 + [False] * 5
    holed = triple_barrier(np.r_[TIMES[:3], TIMES[3:] + HOUR], CALM, Interval("1h"), SIGMA, horizon=4)
    assert not np.isfinite(holed.side).any()
    unknown = triple_barrier(TIMES, CALM, Interval("1h"), np.full(8, np.nan), horizon=4)
    assert not np.isfinite(unknown.side).any()
    assert len(triple_barrier(TIMES[:3], CALM[:3], Interval("1h"), SIGMA[:3]).side) == 3

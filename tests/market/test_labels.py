"""Labels are realised returns in units of the volatility that was known."""

from __future__ import annotations

import numpy as np
import pytest

from market.interval import HOUR, Interval
from market.labels import labels

TIMES = np.arange(10, dtype=np.int64) * HOUR
OPENS = np.array([100.0, 101, 99, 105, 104, 103, 108, 107, 109, 111])
SIGMA = np.full(10, 0.02)


def test_a_label_is_the_return_over_volatility_and_its_sign() -> None:
    found = labels(TIMES, OPENS, Interval("1h"), 4, SIGMA)
    assert found.gain[0] == pytest.approx(103 / 101 - 1)
    assert found.scaled[0] == pytest.approx((103 / 101 - 1) / 0.04)
    assert found.up[:2].tolist() == [1.0, 1.0]
    assert found.last_bar[0] == 5 * HOUR
    assert found.known.tolist() == [True] * 5 + [False] * 5


def test_a_label_reads_only_bars_after_its_own() -> None:
    changed = OPENS.copy()
    changed[:4] *= 7
    before, after = (labels(TIMES, opens, Interval("1h"), 4, SIGMA) for opens in (OPENS, changed))
    np.testing.assert_array_equal(before.gain[3:5], after.gain[3:5])
    assert before.gain[2] != after.gain[2]


def test_no_move_is_no_rise_and_an_unknown_volatility_no_label() -> None:
    found = labels(TIMES, np.full(10, 50.0), Interval("1h"), 2, np.r_[np.nan, SIGMA[1:]])
    assert found.up[1] == 0.0
    assert not found.known[0]

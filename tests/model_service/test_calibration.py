"""Calibration and the interval's offset learn from predictions on candles that no model had seen."""

from __future__ import annotations

import numpy as np
import pytest

from market.outcome import Floats
from model_service.calibration import COVERAGE, Calibration, OutOfFold, calibrate
from model_service.models.fitted import Raw


def seen(rows: int, seed: int, *, slope: float = 0.5, width: float = 1.0) -> OutOfFold:
    """Log-odds too bold by `1 / slope`, and intervals of plus or minus `width` around normal gains."""
    random = np.random.default_rng(seed)
    log_odds = random.standard_normal(rows)
    up = (random.random(rows) < 1 / (1 + np.exp(-(slope * log_odds + 0.2)))).astype(float)
    gain, ends = random.standard_normal(rows), np.full(rows, width)
    return OutOfFold(Raw(log_odds, np.zeros(rows), -ends, ends), gain, up, np.arange(rows, dtype=np.int64))


def covered(offset: float, fresh: OutOfFold) -> float:
    inside = (fresh.raw.low - offset <= fresh.scaled) & (fresh.scaled <= fresh.raw.high + offset)
    return float(inside.mean())


@pytest.mark.parametrize("width", [0.5, 1.2816, 3.0])
def test_intervals_are_widened_or_narrowed_until_they_hold_four_of_five(width: float) -> None:
    found = calibrate(seen(2_000, 1, width=width))
    assert covered(found.widening, seen(20_000, 2, width=width)) == pytest.approx(COVERAGE, abs=0.02)


def test_probabilities_are_pulled_to_what_happened() -> None:
    found = calibrate(seen(10_000, 3, slope=0.5))
    assert found.slope == pytest.approx(0.5, abs=0.06)
    assert found.shift == pytest.approx(0.2, abs=0.06)


def test_a_model_without_any_edge_keeps_the_order_of_its_scores() -> None:
    found = calibrate(seen(10_000, 4, slope=-0.3))
    assert found.slope > 0
    rate = seen(10_000, 4, slope=-0.3).up.mean()
    assert 1 / (1 + np.exp(-found.shift)) == pytest.approx(rate, abs=0.01)


def test_only_labels_complete_before_the_block_count() -> None:
    """Whatever the later ones say: the cut is by the newest bar a label has read."""
    known, time = seen(3_000, 5), 2_500
    spoilt: list[Floats] = [np.where(known.last_bar < time, v, 1e6) for v in (known.scaled, known.up)]
    other = known._replace(scaled=spoilt[0], up=spoilt[1])
    assert calibrate(known.before(time)) == calibrate(other.before(time))
    assert len(known.before(time).up) == time


def test_pending_labels_are_left_out() -> None:
    known = seen(1_000, 6)
    known.scaled[-5:] = np.nan
    assert len(known.before(10_000).scaled) == 995


def test_too_few_predictions_change_nothing() -> None:
    assert calibrate(seen(199, 7)) == Calibration()
    assert calibrate(seen(200, 7)) != Calibration()

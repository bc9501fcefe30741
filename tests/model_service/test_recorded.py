"""Real hourly candles: honest skill is small, and anything far from these bands is a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.interval import Interval
from model_service.spec import Spec
from model_service.walkforward import walk_forward

BARS = 18_000
pytestmark = pytest.mark.recorded


def candles(recorded: Path, symbol: str) -> pd.DataFrame:
    rows = json.loads((recorded / "klines" / f"djienne_{symbol}-1h_2017_2022-10.json").read_text())
    frame = pd.DataFrame(rows[:BARS], columns=["open_time", "open", "high", "low", "close", "volume"])
    return frame.astype({"open_time": np.int64})


@pytest.mark.parametrize(("symbol", "kind"), [("BTCUSDT", "lightgbm"), ("ETHUSDT", "lightgbm")])
def test_skill_on_real_candles_lies_in_the_honest_band(recorded: Path, symbol: str, kind: str) -> None:
    walk = walk_forward(candles(recorded, symbol), Spec(Interval("1h"), kind=kind))
    scores = walk.metrics["scores"]
    assert 0.53 <= scores["accuracy"] <= 0.57, scores
    assert 0.54 <= scores["auc"] <= 0.59, scores
    assert scores["accuracy_low"] > 0.505
    assert 0.004 <= scores["brier_skill"] <= 0.03
    assert 0.7 <= scores["calibration_slope"] <= 1.5
    assert 0.76 <= scores["interval_coverage"] <= 0.84
    assert scores["gain_rank_correlation"] > 0.4
    assert scores["gain_by_decile"][-1] > scores["gain_by_decile"][0]
    assert walk.metrics["net"]["exposure"] < 0.4

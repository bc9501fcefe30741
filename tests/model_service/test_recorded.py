"""Real hourly candles: honest skill is small, and anything far from these bands is a mistake.

The full form reads everything: `OPA_RECORDED_BARS=45024 pytest tests/model_service/test_recorded.py`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from market.interval import Interval
from model_service.card import card
from model_service.spec import Spec
from model_service.train import train
from model_service.walkforward import WalkForward, walk_forward

EVERYTHING = 45_024
BARS = int(os.environ.get("OPA_RECORDED_BARS", "18000"))
SPEC = Spec(Interval("1h"))
BANDS = {
    "accuracy": (0.53, 0.57),
    "auc": (0.54, 0.59),
    "brier_skill": (0.005, 0.025),
    "calibration_slope": (0.8, 1.2),
    "interval_coverage": (0.76, 0.84),
}
pytestmark = pytest.mark.recorded


def candles(recorded: Path, symbol: str) -> pd.DataFrame:
    rows = json.loads((recorded / "klines" / f"djienne_{symbol}-1h_2017_2022-10.json").read_text())
    frame = pd.DataFrame(rows[:BARS], columns=["open_time", "open", "high", "low", "close", "volume"])
    return frame.astype({"open_time": np.int64})


@pytest.fixture(scope="module", params=["BTCUSDT", "ETHUSDT"])
def judged(recorded: Path, request: pytest.FixtureRequest) -> tuple[WalkForward, dict[str, Any]]:
    """One walk-forward per coin, and the card of the model after it."""
    klines = candles(recorded, request.param)
    walk = walk_forward(klines, SPEC)
    return walk, card(walk, train(klines, SPEC, walk.out_of_fold))


def test_every_figure_lies_in_the_honest_band(judged: tuple[WalkForward, dict[str, Any]]) -> None:
    scores = judged[1]["metrics"]["scores"]
    for name, (low, high) in BANDS.items():
        assert scores[f"{name}_low"] <= high, (name, scores)
        assert scores[f"{name}_high"] >= low, (name, scores)
        if BARS >= EVERYTHING:
            assert low <= scores[name] <= high, (name, scores)
    assert scores["accuracy_low"] > 0.505
    assert scores["gain_rank_correlation"] > 0.4
    assert scores["gain_by_decile"][-1] > scores["gain_by_decile"][0]
    assert scores["effective_n"] == pytest.approx(scores["n"] / SPEC.horizon, rel=0.05)


def test_the_model_beats_base_rate_and_persistence(judged: tuple[WalkForward, dict[str, Any]]) -> None:
    metrics = judged[1]["metrics"]
    assert set(metrics["baselines"]) == {"base_rate", "persistence"}
    for baseline in metrics["baselines"].values():
        for name in ("accuracy", "auc", "brier_skill"):
            assert metrics["scores"][name] > baseline[name], name
            assert baseline[f"{name}_low"] <= baseline[name] <= baseline[f"{name}_high"]


def test_a_day_ahead_nothing_can_be_foreseen(judged: tuple[WalkForward, dict[str, Any]]) -> None:
    met = judged[1]["metrics"]["triple_barrier"]
    assert 0.48 <= met["auc"] <= 0.54, met
    assert met["auc_low"] < 0.5 or met["auc"] < 0.53
    assert met["stop"] + met["end_of_time"] + met["target"] == pytest.approx(1.0)
    assert met["effective_n"] < 0.1 * met["n"]


def test_trading_whenever_a_rise_is_likelier_pays_the_fees_away(
    judged: tuple[WalkForward, dict[str, Any]],
) -> None:
    metrics = judged[1]["metrics"]
    assert metrics["net"]["exposure"] < 0.4
    assert metrics["net"]["trades"] < metrics["naive"]["trades"] / 2
    assert metrics["net"]["total"] > metrics["naive"]["total"]


def test_the_card_says_not_proven_unless_luck_is_unlikely(
    judged: tuple[WalkForward, dict[str, Any]],
) -> None:
    content = judged[1]
    metrics = content["metrics"]
    lucky = metrics["deflated_sharpe"] < 0.95 or metrics["shift_p"] >= 0.05
    assert content["verdict"] == ("not proven" if lucky else "proven"), content["reasons"]
    assert content["untouched_period"]["state"] == "closed"
    assert content["untouched_period"]["bars"] == min(4_380, (BARS - 8_760) // 4)

"""The monitors of a series, read from its ledger and candles; and when they ask for a new model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from market.features import FEATURES
from market.outcome import Floats
from market.ports import MonitorState, Reading
from model_service.lifecycle.watch import read_monitors, reason_to_retrain
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.lifecycle import places as made
from tests.model_service.lifecycle.places import CHAMPION, MARKET, Places, decide, filled, live_candles, rises
from tests.model_service.made import SERIES
from tests.model_service.markets import QUARTER, random_walk

LIVE = 730
NEWEST = int(MARKET["open_time"].iloc[-1])


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(random_walk(5_000, 3), Spec(QUARTER, kind="logistic"))


@pytest.fixture
def places(tmp_path: Path, model: TrainedModel, monkeypatch: pytest.MonkeyPatch) -> Places:
    found = filled(tmp_path, model)
    champion = next(each for each in found.shop.decisions.models() if each.role is CHAMPION)
    card = {**champion.card, "monitors": {"brier_skill": [-0.01, None], "calibration_slope": [0.3, None]}}
    found.shop.decisions.save_model(replace(champion, card=card))
    return found


def scores(places: Places, *, right: float) -> None:
    """A champion whose probability points the right way in this share of the candles."""
    candles = live_candles(places.shop, LIVE)
    up = rises()[[each.open_time for each in candles]].to_numpy()
    hit = np.random.default_rng(1).random(LIVE) < right
    p: Floats = np.where(hit, 0.45 + 0.1 * up, 0.55 - 0.1 * up)
    decide(places.shop, CHAMPION, candles, p, np.zeros(LIVE), "a")


def by_measure(readings: list[Reading]) -> dict[str, Reading]:
    return {each.measure: each for each in readings if each.role is CHAMPION and not each.feature}


def test_a_model_that_keeps_its_skill_gives_no_alarm_and_no_reason(places: Places) -> None:
    scores(places, right=0.55)
    readings = read_monitors(places.work, SERIES, NEWEST)
    found = by_measure(readings)
    assert found["brier_skill"].state is MonitorState.OK
    assert found["calibration_slope"].state is MonitorState.OK
    assert found["missing_features"].value == 0
    assert {each.n for each in found.values() if each.measure != "psi"} == {720}
    assert reason_to_retrain(readings) == ""


def test_an_edge_that_turned_alarms_and_asks_for_a_new_model(places: Places) -> None:
    scores(places, right=0.40)
    readings = read_monitors(places.work, SERIES, NEWEST)
    found = by_measure(readings)
    assert found["brier_skill"].state is MonitorState.ALARM
    assert found["calibration_slope"].state is MonitorState.ALARM
    assert reason_to_retrain(readings).startswith("calibration_slope -")


def test_too_few_candles_are_insufficient_and_no_reason(places: Places) -> None:
    candles = live_candles(places.shop, 300)
    up = rises()[[each.open_time for each in candles]].to_numpy()
    decide(places.shop, CHAMPION, candles, 0.6 - 0.2 * up, np.zeros(300), "a")
    readings = read_monitors(places.work, SERIES, NEWEST)
    assert {each.state for each in by_measure(readings).values()} == {MonitorState.INSUFFICIENT}
    assert reason_to_retrain(readings) == ""


def test_an_interval_that_no_longer_holds_asks_for_a_new_model(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "LOW", 0.0005)
    scores(places, right=0.55)
    readings = read_monitors(places.work, SERIES, NEWEST)
    assert reason_to_retrain(readings).startswith("interval_coverage 0.")


def test_missing_features_are_counted(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "MISSING", FEATURES[0])
    scores(places, right=0.55)
    found = by_measure(read_monitors(places.work, SERIES, NEWEST))["missing_features"]
    assert found.value == pytest.approx(1 / len(FEATURES))
    assert found.state is MonitorState.ALARM


def test_features_are_watched_one_by_one_where_there_is_history(tmp_path: Path, model: TrainedModel) -> None:
    found = filled(tmp_path, model, market=random_walk(2_100 + 14 * 720, 4))
    newest = found.shop.klines.last_confirmed(SERIES) or 0
    psi = [each for each in read_monitors(found.work, SERIES, newest) if each.measure == "psi"]
    assert {each.feature for each in psi} == {"", *FEATURES}
    assert {each.n for each in psi} == {720}
    assert all(each.value is not None and each.high is not None for each in psi)
    assert all((each.state is MonitorState.ALARM) == (each.value > each.high) for each in psi)

"""9. What is predicted comes from the candles: other candles, other predictions."""

from __future__ import annotations

import numpy as np
import pytest

from market.features import features
from market.outcome import Floats
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.markets import QUARTER, random_walk

ONE, OTHER = random_walk(7_000, 91, edge=0.1), random_walk(7_000, 92, edge=0.1)
NEWEST = 1_000


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    return train(ONE.iloc[:-NEWEST], Spec(QUARTER))


def probability(model: TrainedModel, market: object) -> Floats:
    return model.score(features(market).iloc[-NEWEST:]).probability  # type: ignore[arg-type]


def test_a_thousand_candles_have_more_than_a_hundred_probabilities(model: TrainedModel) -> None:
    assert len(np.unique(probability(model, ONE))) > 100


def test_another_symbol_gets_other_probabilities(model: TrainedModel) -> None:
    one, other = probability(model, ONE), probability(model, OTHER)
    assert np.mean(one == other) < 0.05
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.3


def test_candles_in_another_order_change_the_predictions(model: TrainedModel) -> None:
    mixed = ONE.copy()
    columns = ["open", "high", "low", "close", "volume"]
    mixed.loc[6_000:, columns] = ONE.loc[6_000:, columns].sample(frac=1, random_state=1).to_numpy()
    assert np.mean(probability(model, ONE) == probability(model, mixed)) < 0.05


def test_a_market_that_stands_still_is_not_scored(model: TrainedModel) -> None:
    still = ONE.copy()
    still.loc[5_000:, ["open", "high", "low", "close"]] = 100.0
    assert np.isnan(probability(model, still)[-500:]).all()

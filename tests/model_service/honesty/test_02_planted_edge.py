"""2. A planted edge in: it is found, as far as the truth allows, and the explanation names it."""

from __future__ import annotations

import numpy as np
import pytest

from market.features import FEATURES
from model_service.spec import Spec
from model_service.walkforward import WalkForward, walk_forward
from tests.model_service.markets import QUARTER, random_walk

# Each return leans a tenth of its volatility against the sign of the last: the best hit rate is .540.
EDGE, BEST = 0.1, 0.540


@pytest.fixture(scope="module")
def walk() -> WalkForward:
    return walk_forward(random_walk(30_000, 4, edge=EDGE), Spec(QUARTER, horizon=1))


def test_the_edge_is_found_and_not_more_than_there_is(walk: WalkForward) -> None:
    scores = walk.metrics["scores"]
    assert scores["auc"] > 0.53
    assert 0.52 < scores["accuracy"] < BEST + 0.015


def test_the_last_return_is_named_as_the_reason(walk: WalkForward) -> None:
    weight = np.nanmean(np.abs(walk.scores.contributions), axis=0)
    assert FEATURES[int(np.argmax(weight))] == "return_1"
    last = walk.features["return_1"].to_numpy()
    pull = walk.scores.contributions[:, FEATURES.index("return_1")]
    rows = np.isfinite(last) & np.isfinite(pull)
    assert np.corrcoef(last[rows], pull[rows])[0, 1] < -0.5

"""How fast machines answer news, on seconds whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from market.errors import InvalidInput
from news.bursts import Reaction, reaction
from tests.news.minutes import START, wave

DAYS = 3
SECONDS = DAYS * 86_400


def seconds(seed: int) -> np.ndarray:
    """Trades per second that swing with the hour and by themselves."""
    random = np.random.default_rng(seed)
    hour = np.arange(SECONDS) % 86_400 / 3_600
    rate = np.exp(0.5 + 0.6 * np.exp(-(((hour - 15) / 3) ** 2)) + wave(SECONDS, 0.999, 0.4, random))
    return random.poisson(rate).astype(float)


def planted(delay_s: float, size: int = 60, seed: int = 1) -> Reaction:
    """News at odd moments, answered by `size` trades `delay_s` later."""
    trades, random = seconds(seed), np.random.default_rng(seed + 1)
    events = START + random.integers(3_600_000, SECONDS * 1_000 - 3_600_000, 40)
    answered = ((events + delay_s * 1_000 - START) // 1_000).astype(int)
    np.add.at(trades, answered, size)
    return reaction(trades, START, events)


@pytest.mark.parametrize("delay_s", [0.2, 3.0, 12.5])
def test_the_latency_of_planted_bots_is_recovered_within_a_second(delay_s: float) -> None:
    found = planted(delay_s).events
    assert abs(found.median - delay_s) <= 1.0
    assert np.mean(np.abs(found.latencies - delay_s) <= 1.0) > 0.9


def test_the_share_that_answers_before_people_can_stands_beside_that_of_moments_without_news() -> None:
    found = planted(3.0)
    assert found.events.shares[5] > 0.9
    assert found.placebo.shares[5] < 0.1
    assert found.events.shares[1] < 0.1


def test_news_that_nobody_answers_looks_like_no_news() -> None:
    found = planted(3.0, size=0)
    assert found.events.shares[60] < 0.2
    assert abs(found.events.shares[60] - found.placebo.shares[60]) < 0.15


def test_events_outside_the_seconds_are_refused() -> None:
    with pytest.raises(InvalidInput, match="placebo seconds"):
        reaction(seconds(1), START, [START - 5_000])

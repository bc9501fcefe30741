"""13. News that causes nothing is not found to move a market; planted bursts and bots are found."""

from __future__ import annotations

import numpy as np
import pytest

from news.event_study import MEASURES, prepare, study
from tests.news.minutes import START, found, minutes, news
from tests.news.seconds import planted

RUNS = 200
BARS = minutes(60, 3)


def test_causeless_news_is_rarely_found_to_have_an_effect() -> None:
    market = prepare(BARS)
    runs = [study(market, news(BARS, 60, seed), seed=seed) for seed in range(RUNS)]
    for measure in MEASURES:
        rejected = np.mean([bool(found(effects, measure)) for effects in runs])
        assert rejected <= 0.10, (measure, rejected)


def test_a_burst_of_volume_by_a_third_is_found() -> None:
    detected = []
    for seed in range(25):
        bars = minutes(30, 100 + seed)
        events = news(bars, 80, seed)
        at = (events - START) // 60_000
        touched = np.unique((at[:, None] + np.arange(16)).ravel())
        bars.loc[touched[touched < len(bars)], "volume"] *= 1.3
        effects = study(prepare(bars), events)
        detected.append("15m" in found(effects, "volume"))
    assert np.mean(detected) > 0.8


@pytest.mark.parametrize("delay_s", [0.2, 3.0, 12.5])
def test_the_latency_of_planted_bots_is_recovered_within_a_second(delay_s: float) -> None:
    found = planted(delay_s).events
    assert abs(found.median - delay_s) <= 1.0
    assert np.mean(np.abs(found.latencies - delay_s) <= 1.0) > 0.9

"""News that causes nothing is not found to cause anything; what it does cause is found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from market.errors import InvalidInput
from news.event_study import MEASURES, WINDOWS, Market, holm, prepare, study
from tests.news.minutes import DAY, START, found, minutes, news

RUNS = 200
BARS = minutes(60, 3)


@pytest.fixture(scope="module")
def market() -> Market:
    return prepare(BARS)


def test_a_naive_test_would_find_effects_of_the_same_causeless_news(market: Market) -> None:
    usual = market.sums["volume", "15m"]
    spread = np.nanstd(usual)
    rejected = []
    for seed in range(RUNS):
        at = (news(BARS, 60, seed) - market.times[0]) // 60_000
        rejected.append(abs(np.nanmean(usual[at])) > 1.96 * spread / 60**0.5)
    assert np.mean(rejected) > 0.3


def test_a_move_in_the_direction_of_the_news_is_found_where_the_sum_over_news_is_nothing() -> None:
    bars = minutes(30, 5)
    events, random = news(bars, 120, 6), np.random.default_rng(7)
    signs = random.choice([-1.0, 1.0], len(events))
    push = np.zeros(len(bars))
    push[(events - START) // 60_000] += 0.004 * signs
    bars["close"] *= np.exp(np.cumsum(push))
    market = prepare(bars)
    assert "1m" in found(study(market, events, signs=signs), "return")
    assert "before" not in found(study(market, events, signs=signs), "return")


def test_news_that_follows_the_price_shows_before_the_event(market: Market) -> None:
    move = BARS["close"].pct_change().abs().rolling(5).max().to_numpy()
    large = np.flatnonzero(move[9 * DAY :] > np.quantile(move[9 * DAY :], 0.999)) + 9 * DAY
    events = BARS["open_time"].to_numpy()[np.minimum(large + 20, len(BARS) - 70)]
    assert "before" in found(study(market, events), "size")


def test_events_closer_than_an_hour_are_one_event_and_the_same_news_gives_the_same_answer(
    market: Market,
) -> None:
    spaced = START + (10 * DAY + np.arange(30) * 700) * 60_000
    crowded = np.concatenate([spaced + i * 60_000 for i in range(5)])
    once, often = study(market, spaced), study(market, crowded)
    assert once == often
    assert {each.events for each in once} <= {28, 29, 30}
    assert [(each.measure, each.window) for each in once] == [(m, w) for m in MEASURES for w in WINDOWS]


def test_a_gap_leaves_out_only_the_event_that_it_touches(market: Market) -> None:
    events = START + (10 * DAY + np.arange(30) * 1_000) * 60_000
    gap = 10 * DAY + 3 * 1_000 + 30
    with_gap = study(prepare(BARS.drop(index=range(gap, gap + 3))), events)
    assert [each.events for each in with_gap] == [each.events - 1 for each in study(market, events)]


def test_too_little_to_go_on_is_refused(market: Market) -> None:
    with pytest.raises(InvalidInput, match="1000 minutes"):
        prepare(BARS.iloc[:1_000])
    with pytest.raises(InvalidInput, match="separate events"):
        study(market, [START, START + 1])


def test_holm_has_its_textbook_values() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == [1.0, 1.0]


@pytest.mark.recorded
def test_causeless_news_on_recorded_minutes_is_rarely_found_to_have_an_effect(recorded: Path) -> None:
    bars = pd.read_csv(recorded / "klines" / "official_um_AVAXUSDT-1m-2026-02.csv")
    market = prepare(bars)
    runs = [study(market, news(bars, 40, seed), seed=seed) for seed in range(RUNS)]
    for measure in MEASURES:
        rejected = np.mean([bool(found(effects, measure)) for effects in runs])
        assert rejected <= 0.10, (measure, rejected)


def test_a_market_that_stands_still_and_news_without_a_sign_have_no_effect(market: Market) -> None:
    events = news(BARS, 60, 1)
    still = prepare(BARS.assign(close=100.0))
    assert {e.p for e in study(still, events) if e.measure != "volume"} == {1.0}
    unsigned = study(market, events, signs=np.zeros(len(events)))
    assert {e.p for e in unsigned if e.measure == "return"} == {1.0}

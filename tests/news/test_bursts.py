"""How fast machines answer news, on seconds whose truth is known."""

from __future__ import annotations

import pytest

from market.errors import InvalidInput
from news.bursts import reaction
from tests.news.minutes import START
from tests.news.seconds import planted, seconds


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

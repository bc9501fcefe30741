"""The exchange's paging rules, against a plain reading of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.interval import DAY, HOUR, INTERVAL_NAMES, MINUTE, Interval
from simulator.bars import OPEN_TIME, WIDTH, Bars
from simulator.markets.generated import GeneratedMarket
from simulator.markets.symbols import EPOCH
from simulator.paging import pick, window
from tests.simulator.times import LISTED, NOW

OPTIONAL_TIME = st.none() | st.integers(0, 300)


def bars_at(opens: list[int]) -> Bars:
    bars = np.zeros((len(opens), WIDTH), np.int64)
    bars[:, OPEN_TIME] = opens
    return bars


def expected(opens: list[int], start: int | None, end: int | None, limit: int) -> list[int]:
    """The rules in words: bounds are inclusive; a start means the oldest, none means the newest."""
    inside = [at for at in opens if (start is None or at >= start) and (end is None or at <= end)]
    limit = min(limit, 1000)
    return inside[-limit:] if start is None else inside[:limit]


@given(
    opens=st.lists(st.integers(0, 300), unique=True).map(sorted),
    start=OPTIONAL_TIME,
    end=OPTIONAL_TIME,
    limit=st.integers(1, 50),
)
def test_a_page_of_irregular_bars_follows_the_rules(
    opens: list[int], start: int | None, end: int | None, limit: int
) -> None:
    page = pick(bars_at(opens), window(start, end, limit))
    assert page[:, OPEN_TIME].tolist() == expected(opens, start, end, limit)


@settings(max_examples=150, deadline=None)
@given(
    name=st.sampled_from([name for name in INTERVAL_NAMES if name not in ("1s", "1m", "3m", "5m")]),
    start=st.none() | st.integers(LISTED - 40 * DAY, NOW + 3 * DAY),
    end=st.none() | st.integers(LISTED - 40 * DAY, NOW + 3 * DAY),
    limit=st.integers(1, 60),
)
def test_a_page_of_the_generated_grid_follows_the_rules(
    generated: GeneratedMarket, name: str, start: int | None, end: int | None, limit: int
) -> None:
    interval = Interval(name)
    opens = list(interval.opens(interval.floor(LISTED), NOW + 1))
    page = generated.bars("NEWUSDT", interval, window(start, end, limit), NOW)
    assert page[:, OPEN_TIME].tolist() == expected(opens, start, end, limit)


@pytest.mark.parametrize("asked", [1000, 1001, 99_999])
def test_a_limit_above_1000_gives_1000(generated: GeneratedMarket, asked: int) -> None:
    page = generated.bars("BTCUSDT", Interval("1m"), window(None, None, asked), NOW)
    assert len(page) == 1000
    assert page[-1, OPEN_TIME] == NOW // MINUTE * MINUTE


def test_times_far_outside_history_are_no_error(generated: GeneratedMarket) -> None:
    huge = 10**20 - 1
    assert len(generated.bars("BTCUSDT", Interval("1M"), window(huge, None, 5), NOW)) == 0
    assert len(generated.bars("BTCUSDT", Interval("1M"), window(None, huge, 5), NOW)) == 5
    first = generated.bars("BTCUSDT", Interval("1h"), window(0, huge, 1), NOW)
    assert first[0, OPEN_TIME] == EPOCH


def test_a_bound_on_an_open_time_includes_that_bar(generated: GeneratedMarket) -> None:
    at = NOW // HOUR * HOUR - 10 * HOUR
    for start, end, opens in ((at, at, [at]), (at, at + HOUR - 1, [at]), (at + 1, at + HOUR - 1, [])):
        page = generated.bars("BTCUSDT", Interval("1h"), window(start, end), NOW)
        assert page[:, OPEN_TIME].tolist() == opens

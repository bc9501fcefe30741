"""How much of a window can be relied on, and where it came from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.coverage import Revision
from market.features import CLEAN_BARS, WARMUP
from market.interval import HOUR, Interval
from market.kline import Source
from model_service.contamination import NOTHING_REVISED, Revised, revised, spoiled_share
from model_service.provenance import provenances

HOURLY, MONTHLY = Interval("1h"), Interval("1M")
LONG = 3 * WARMUP


def times(*gone: int, bars: int = LONG) -> np.ndarray:
    return np.array([i * HOUR for i in range(bars) if i not in gone], dtype=np.int64)


def share_at(bar: int, found: np.ndarray, open_times: np.ndarray) -> float:
    return float(found[list(open_times).index(bar * HOUR)])


def test_a_whole_window_is_clean_and_a_hole_counts_until_it_has_left_the_short_window() -> None:
    hole = WARMUP + 100
    have = times(hole, hole + 1)
    share = spoiled_share(have, HOURLY)
    assert share_at(hole - 1, share, have) == 0
    assert share_at(hole + 2, share, have) == 2 / CLEAN_BARS
    assert share_at(hole + CLEAN_BARS, share, have) == 1 / CLEAN_BARS
    assert share_at(hole + CLEAN_BARS + 1, share, have) == 2 / WARMUP
    assert share_at(hole + WARMUP + 1, share, have) == 0


def test_many_old_holes_spoil_a_window_whose_last_day_is_whole() -> None:
    start = WARMUP + 1_000
    have = times(*range(start, start + 300))
    assert share_at(start + 400, spoiled_share(have, HOURLY), have) == 300 / WARMUP


def test_what_lies_before_the_first_candle_counts_as_spoiled() -> None:
    share = spoiled_share(times(), HOURLY)
    assert share[0] == (WARMUP - 1) / WARMUP
    assert share[WARMUP - 2] == 1 / WARMUP
    assert share[WARMUP - 1] == 0


def test_a_changed_candle_counts_once_and_only_from_the_time_on_when_that_was_seen() -> None:
    changed, have = WARMUP + 50, times()
    late = Revision(changed * HOUR, {}, {}, Source.REST, (changed + 4) * HOUR)
    again = Revision(changed * HOUR, {}, {}, Source.REST, (changed + 9) * HOUR)
    share = spoiled_share(have, HOURLY, revised([again, late]))
    seen = [share_at(changed + i, share, have) for i in (0, 3, 4, 9)]
    assert seen == [0, 0, 1 / CLEAN_BARS, 1 / CLEAN_BARS]


def test_months_are_counted_as_months() -> None:
    have = np.array([int(pd.Timestamp(f"2020-{m:02}-01", tz="UTC").value // 1_000_000) for m in (1, 2, 4, 5)])
    share = spoiled_share(have, MONTHLY)
    assert share[-1] == (WARMUP - 4) / WARMUP


@settings(deadline=None)
@given(st.sets(st.integers(0, LONG - 1), max_size=30), st.integers(WARMUP + 24, LONG - 1))
def test_a_window_read_live_and_the_whole_history_agree(gone: set[int], bar: int) -> None:
    have = times(*gone - {bar})
    near = have[have > (bar - WARMUP - 24) * HOUR]
    changed = Revised(have[::500], have[::500] + 2 * HOUR)
    live = share_at(bar, spoiled_share(near, HOURLY, changed), near)
    assert live == share_at(bar, spoiled_share(have, HOURLY, changed), have)


def test_provenance_counts_every_place_of_the_window_once() -> None:
    have = times(WARMUP + 3, WARMUP + 4)
    kinds = ["stream" if t == (WARMUP + 7) * HOUR else "archive" for t in have]
    finality = ["closed" if kind == "stream" else "confirmed" for kind in kinds]
    origins = pa.table({"open_time": have, "source": kinds, "finality": finality})
    wanted = np.array([(WARMUP + 10) * HOUR])
    changed = Revised(np.array([(WARMUP + 1) * HOUR]), np.array([(WARMUP + 2) * HOUR]))
    (came,) = provenances(origins, wanted, HOURLY, changed)
    assert (came.start, came.end) == (11 * HOUR, (WARMUP + 10) * HOUR)
    assert (came.bars, came.missing, came.provisional, came.revised) == (WARMUP - 3, 2, 1, 1)
    assert came.sources == {"archive": WARMUP - 3}


@pytest.mark.parametrize("first", [0, WARMUP])
def test_a_window_that_begins_with_the_market_is_missing_what_was_before(first: int) -> None:
    have = times()[first:]
    origins = pa.table(
        {"open_time": have, "source": ["rest"] * len(have), "finality": ["confirmed"] * len(have)}
    )
    (came,) = provenances(origins, have[9:10], HOURLY, NOTHING_REVISED)
    assert (came.bars, came.missing) == (10, WARMUP - 10)

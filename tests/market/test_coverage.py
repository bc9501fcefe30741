"""Ranges that were read: merging them loses nothing and invents nothing."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from market.coverage import Covered, Hole, HoleReason, merge, uncovered
from market.interval import HOUR, Interval
from market.kline import Source
from market.store.coverage_plan import replace_holes

EDGES = st.integers(min_value=0, max_value=60)
RANGES = st.lists(
    st.tuples(EDGES, st.integers(1, 10), st.sampled_from([Source.REST, Source.ARCHIVE])).map(
        lambda each: Covered(each[0], each[0] + each[1], each[2])
    ),
    max_size=12,
)


def points(ranges: list[Covered]) -> set[tuple[int, Source]]:
    return {(at, each.source) for each in ranges for at in range(each.start, each.end)}


@given(RANGES)
def test_merging_keeps_exactly_the_covered_points(ranges: list[Covered]) -> None:
    assert points(merge(ranges)) == points(ranges)


@given(RANGES)
def test_merged_ranges_of_one_source_never_touch(ranges: list[Covered]) -> None:
    for source in Source:
        mine = [each for each in merge(ranges) if each.source is source]
        assert all(a.end < b.start for a, b in pairwise(mine))


@given(RANGES, EDGES, EDGES)
def test_what_is_uncovered_is_the_rest(ranges: list[Covered], start: int, end: int) -> None:
    gaps = uncovered(ranges, start, end)
    missing = {at for a, b in gaps for at in range(a, b)}
    assert missing == set(range(start, end)) - {at for at, _ in points(ranges)}


def test_a_range_read_again_cuts_only_its_own_part_out_of_a_hole() -> None:
    outage = Hole(0, 10 * HOUR, 10, HoleReason.OUTAGE, "asked twice")
    found = Hole(4 * HOUR, 5 * HOUR, 1, HoleReason.UNKNOWN)
    holes = replace_holes([outage], (3 * HOUR, 6 * HOUR), [found], Interval("1h"))
    assert holes == [
        Hole(0, 3 * HOUR, 3, HoleReason.OUTAGE, "asked twice"),
        found,
        Hole(6 * HOUR, 10 * HOUR, 4, HoleReason.OUTAGE, "asked twice"),
    ]

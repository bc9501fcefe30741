from itertools import pairwise

import pytest

from ingest.gaps import Gap, gaps
from ingest.plan import joined, wanted_series, windows
from ingest.settings import IngestSettings
from market.coverage import Hole, HoleReason
from market.errors import InvalidInput
from market.interval import Interval
from market.kline import empty_klines, klines_from_rows
from tests.ingest.exchange import HOUR, row

H1 = Interval("1h")


def test_without_options_symbols_and_history_come_from_the_settings() -> None:
    settings = IngestSettings(symbols="BTCUSDT, ethusdt", history="1h:3 years,1m:30 days")
    wanted = wanted_series(settings, [], [], None, "now")
    assert [(each.symbol, str(each.interval), each.start) for each in wanted] == [
        ("BTCUSDT", "1h", "3 years ago"),
        ("BTCUSDT", "1m", "30 days ago"),
        ("ETHUSDT", "1h", "3 years ago"),
        ("ETHUSDT", "1m", "30 days ago"),
    ]


def test_an_interval_without_a_start_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no start for 5m"):
        wanted_series(IngestSettings(history="1h:3 years"), ["BTCUSDT"], ["5m"], None, "now")


def test_a_history_that_cannot_be_read_names_its_setting() -> None:
    with pytest.raises(InvalidInput, match="OPA_HISTORY='1h' is no list"):
        IngestSettings(history="1h").followed()


def test_windows_touch_and_end_on_the_grid() -> None:
    cut = list(windows(H1, 0, 11 * HOUR, bars=5))
    assert cut == [(0, 4 * HOUR), (4 * HOUR + 1, 9 * HOUR), (9 * HOUR + 1, 11 * HOUR)]


@pytest.mark.parametrize("name", ["1m", "3d", "1w", "1M"])
def test_windows_of_every_interval_cover_the_range_once(name: str) -> None:
    interval, end = Interval(name), Interval(name).floor(1_700_000_000_000)
    start = interval.floor(end - 40 * interval.typical_ms)
    cut = list(windows(interval, start, end, bars=7))
    assert (cut[0][0], cut[-1][1]) == (start, end)
    assert all(after[0] == before[1] + 1 for before, after in pairwise(cut))


def test_missing_bars_are_found_before_between_and_after_rows() -> None:
    klines = klines_from_rows([row(2 * HOUR), row(5 * HOUR)])
    assert gaps(klines, H1, 0, 7 * HOUR) == [
        Gap(0, 2 * HOUR, 2),
        Gap(3 * HOUR, 5 * HOUR, 2),
        Gap(6 * HOUR, 8 * HOUR, 2),
    ]
    assert gaps(empty_klines(), H1, 0, HOUR) == [Gap(0, 2 * HOUR, 2)]


def test_a_bar_off_the_grid_leaves_no_hole_where_it_overlaps_the_grid() -> None:
    off = HOUR // 2
    klines = klines_from_rows([row(0, off), row(off), row(off + HOUR), row(3 * HOUR)])
    assert gaps(klines, H1, 0, 3 * HOUR) == []


def test_a_close_time_far_away_hides_no_missing_bar() -> None:
    klines = klines_from_rows([row(0, 4 * HOUR), row(4 * HOUR)])
    assert gaps(klines, H1, 0, 4 * HOUR) == [Gap(HOUR, 4 * HOUR, 3)]


def test_holes_that_a_window_border_cut_are_put_together_again() -> None:
    pieces = [
        Hole(HOUR, 3 * HOUR + 1, 3, HoleReason.OUTAGE, "a"),
        Hole(4 * HOUR, 6 * HOUR, 2, HoleReason.OUTAGE, "b"),
        Hole(8 * HOUR, 9 * HOUR, 1, HoleReason.UNKNOWN, "c"),
    ]
    assert joined(pieces, H1) == [
        Hole(HOUR, 6 * HOUR, 5, HoleReason.OUTAGE, "a"),
        Hole(8 * HOUR, 9 * HOUR, 1, HoleReason.UNKNOWN, "c"),
    ]

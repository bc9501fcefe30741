"""Lines of the change log are joined into as few reads as possible, without reading a year for two bars."""

from es_loader.ranges import Range, joined
from market.interval import DAY, HOUR, MINUTE
from market.ports import Change

NAME = "simulated/BTCUSDT/1h"


def test_bars_that_follow_one_another_become_one_range() -> None:
    lines = [Change(i, "klines", NAME, i * HOUR, i * HOUR) for i in range(1, 60)]
    assert joined(lines) == [Range("klines", NAME, HOUR, 59 * HOUR)]


def test_a_page_of_last_year_and_a_bar_of_today_stay_apart() -> None:
    lines = [Change(1, "klines", NAME, 0, 10 * HOUR), Change(2, "klines", NAME, 400 * DAY, 400 * DAY)]
    assert joined(lines) == [
        Range("klines", NAME, 0, 10 * HOUR),
        Range("klines", NAME, 400 * DAY, 400 * DAY),
    ]


def test_series_and_streams_are_never_mixed() -> None:
    lines = [
        Change(1, "klines", NAME, 0, HOUR),
        Change(2, "decisions", NAME, 0, HOUR),
        Change(3, "klines", "simulated/ETHUSDT/1h", 0, HOUR),
    ]
    assert len(joined(lines)) == 3


def test_an_old_page_inside_a_longer_one_does_not_shorten_it() -> None:
    lines = [Change(1, "klines", NAME, 0, 9 * HOUR), Change(2, "klines", NAME, HOUR, 2 * HOUR)]
    assert joined(lines) == [Range("klines", NAME, 0, 9 * HOUR)]


def test_ticks_within_a_minute_become_one_range() -> None:
    lines = [Change(i, "ticks", "simulated/BTCUSDT", i * 1000, i * 1000) for i in range(5)]
    later = Change(9, "ticks", "simulated/BTCUSDT", 10 * MINUTE, 10 * MINUTE)
    assert [(each.start, each.end) for each in joined([*lines, later])] == [
        (0, 4000),
        (10 * MINUTE, 10 * MINUTE),
    ]

"""Bars over time and over numbers are as wide as Kibana makes them."""

import pytest

from kibana.translator.aggs.numeric_interval import numeric_interval
from kibana.translator.durations import DAY_MS, Duration, histogram_interval, of, parse
from kibana.translator.intervals import expression

HOUR_MS = DAY_MS // 24


def interval(wanted, days):
    return expression(wanted, days * DAY_MS, 50, 100)


@pytest.mark.parametrize(
    ("days", "width"),
    [
        (1 / 96, "30s"),
        (1 / 24, "1m"),
        (0.25, "5m"),
        (1, "30m"),
        (3, "1h"),
        (7, "3h"),
        (12, "3h"),
        (30, "12h"),
        (90, "1d"),
        (365, "1w"),
        (3 * 365, "30d"),
        (20 * 365, "30d"),
        (60 * 365, "365d"),
    ],
)
def test_auto_gives_around_fifty_pretty_bars(days, width):
    assert interval("auto", days) == width


def test_a_wanted_width_keeps_its_words_until_it_gives_too_many_bars():
    assert interval("1h", 3) == "1h"
    assert interval("24h", 30) == "24h"
    assert interval("60m", 3) == "60m"
    assert interval("1m", 3) == "30m"
    assert interval("1h", 12) == "1h"
    assert interval("1h", 90) == "12h"


def test_a_field_outside_the_time_range_keeps_any_width():
    assert expression("1m", None, 50, 100) == "1m"


def test_calendar_units_stay_calendar_intervals_and_are_not_multiplied():
    assert interval("1w", 365) == "1w"
    assert interval("1M", 1000) == "1M"
    assert interval("2w", 365) == "14d"


@pytest.mark.parametrize(
    ("text", "parameter"),
    [
        ("1d", {"calendar_interval": "1d"}),
        ("1h", {"calendar_interval": "1h"}),
        ("1w", {"calendar_interval": "1w"}),
        ("3h", {"fixed_interval": "3h"}),
        ("30s", {"fixed_interval": "30s"}),
        ("1s", {"fixed_interval": "1s"}),
        ("365d", {"fixed_interval": "365d"}),
    ],
)
def test_one_whole_unit_is_a_calendar_interval(text, parameter):
    assert histogram_interval(text) == parameter


def test_a_month_is_thirty_days_long_where_a_length_is_needed():
    assert of(1, "M").milliseconds() == 30 * DAY_MS
    assert of(1, "y").milliseconds() == 365 * DAY_MS
    assert of(2, "M").milliseconds() == 61 * DAY_MS
    assert parse("90m") == Duration(90 * 60_000)
    assert parse("soon") is None


@pytest.mark.parametrize(
    ("low", "high", "es_type", "width"),
    [
        (0, 100, "double", 5.0),
        (0, 49, "double", 1.0),
        (0, 1, "double", 0.05),
        (0, 20, "long", 1),
        (-3, 3, "double", 0.2),
        (7, 7, "double", 1),
    ],
)
def test_a_number_is_cut_into_one_two_or_five_times_a_power_of_ten(low, high, es_type, width):
    assert numeric_interval((low, high), es_type, max_bars=100, wanted_bars=49.5) == pytest.approx(width)


def test_nothing_is_known_before_the_bounds_are():
    assert numeric_interval(None, "double", max_bars=100, wanted_bars=49.5) == 1

"""The calendar of klines, against open times that the exchange really used."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.errors import InvalidInput
from market.interval import DAY, END_OF_TIME, INTERVAL_NAMES, Interval, Series, parse_time

TIMES = st.integers(min_value=1_400_000_000_000, max_value=2_000_000_000_000)
INTERVALS = st.sampled_from(INTERVAL_NAMES).map(Interval)
AUG_17_2017 = 1_502_928_000_000
SEP_04_2021 = 1_630_713_600_000
SEP_06_2021 = 1_630_886_400_000  # a Monday


@given(INTERVALS, TIMES)
def test_every_instant_lies_in_exactly_one_bar(interval: Interval, time: int) -> None:
    opened = interval.floor(time)
    assert opened <= time <= interval.close_time(opened)
    assert interval.floor(opened) == opened
    assert interval.close_time(opened) + 1 == interval.next_open(opened)


@given(INTERVALS, TIMES)
def test_ceil_is_the_first_open_at_or_after_a_time(interval: Interval, time: int) -> None:
    opened = interval.ceil(time)
    assert opened >= time
    assert interval.floor(opened) == opened
    assert interval.floor(time) in (opened, interval.floor(opened - 1))


@given(INTERVALS, TIMES, st.integers(min_value=0, max_value=50))
def test_count_says_how_many_bars_open_in_a_range(interval: Interval, start: int, bars: int) -> None:
    end = interval.ceil(start)
    for _ in range(bars):
        end = interval.next_open(end)
    assert interval.count(start, end) == bars
    assert len(list(interval.opens(start, end))) == bars


@pytest.mark.parametrize("opened", [AUG_17_2017, SEP_04_2021])
def test_three_day_bars_open_on_the_exchanges_days(opened: int) -> None:
    assert Interval("3d").floor(opened + 2 * DAY) == opened
    assert Interval("3d").next_open(opened) == opened + 3 * DAY


def test_weeks_open_on_monday() -> None:
    assert Interval("1w").floor(SEP_06_2021 + 6 * DAY) == SEP_06_2021
    assert Interval("1w").floor(SEP_06_2021 - 1) == SEP_06_2021 - 7 * DAY


def test_months_have_their_own_length() -> None:
    february_2024, march_2024 = 1_706_745_600_000, 1_709_251_200_000
    assert Interval("1M").floor(february_2024 + 28 * DAY) == february_2024
    assert Interval("1M").next_open(february_2024) == march_2024
    assert Interval("1M").close_time(february_2024) == march_2024 - 1


@pytest.mark.recorded
@pytest.mark.parametrize("name", ["3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "1d", "3d", "1w"])
def test_recorded_bars_open_on_the_grid(name: str, recorded: Path) -> None:
    rows = json.loads((recorded / f"klines/gtudor_BTCUSDT-{name}_2021-09_2021-12.json").read_text())
    interval = Interval(name)
    opens = [row[0] for row in rows]
    assert len(opens) > 10
    assert [interval.floor(each) for each in opens] == opens


@pytest.mark.parametrize("name", ["", "1", "1H", "60m", "1mo", "2w"])
def test_an_unknown_interval_is_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidInput, match="use one of 1s, 1m"):
        Interval(name)


@given(st.sampled_from(INTERVAL_NAMES), st.sampled_from(["BTCUSDT", "币安人生USDT", "1000SATSUSDT"]))
def test_a_series_reads_what_it_writes(name: str, symbol: str) -> None:
    series = Series.of("binance", symbol, name)
    assert Series.parse(str(series)) == series


@pytest.mark.parametrize("text", ["", "binance/BTCUSDT", "binance//1h", "a/b/1h/x"])
def test_text_that_is_no_series_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="is no series"):
        Series.parse(text)


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("1609459200000", 1_609_459_200_000),
        (" 1609459200000 ", 1_609_459_200_000),
        ("2021-01-01", 1_609_459_200_000),
        ("2021-01-01T00:00:00Z", 1_609_459_200_000),
        ("2021-01-01T02:00:00+02:00", 1_609_459_200_000),
        ("2021-01-01T02:00:00 02:00", 1_609_459_200_000),
        ("2021-01-01 00:00", 1_609_459_200_000),
        ("2021-01-01T00:00:00.001Z", 1_609_459_200_001),
        ("0", 0),
        ("9999-12-31T23:59:59.999Z", END_OF_TIME - 1),
    ],
)
def test_a_time_is_read_in_milliseconds_or_as_iso_8601(text: str, time: int) -> None:
    assert parse_time(text) == time


@pytest.mark.parametrize(
    "text",
    [
        "", "²", "１６０９４５９２００００", "٣", "1_609_459_200_000", "nan", "inf", "-1", "1e12", "\ud800",
        "1609459200", "1609459200.5", "9" * 18, "9" * 5_000, "+1609459200000", "2021-01-01\x00", "yesterday",
        "1969-12-31", "0001-01-01T00:00+23:59", "10000-01-01", "2021-02-30", "2021-01-01T25:00",
    ],
)  # fmt: skip
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="write ms UTC"):
        parse_time(text)


@given(st.text())
def test_any_text_is_a_time_in_range_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert 0 <= parse_time(text) <= END_OF_TIME

"""Archive or REST: which files, which ranges, and why."""

import pytest

from ingest.archive.choice import Via, check, choose
from ingest.archive.period import periods
from ingest.times import parse_time
from market.errors import InvalidInput
from market.interval import DAY, MINUTE, Series

MINUTES = Series.of("binance", "BTCUSDT", "1m")


def at(text: str) -> int:
    return parse_time(text, 0)


def names(series: Series, start: str, end: str) -> tuple[list[str], list[tuple[int, int]]]:
    files, rest = periods(series, at(start), at(end))
    return [file.name.removesuffix(".zip").removeprefix("BTCUSDT-1m-") for file in files], rest


def test_whole_months_by_month_whole_days_by_day_and_edges_by_rest() -> None:
    files, rest = names(MINUTES, "2024-01-30 12:00", "2024-04-02 06:00")
    assert files == ["2024-01-31", "2024-02", "2024-03", "2024-04-01"]
    assert rest == [
        (at("2024-01-30 12:00"), at("2024-01-31")),
        (at("2024-04-02"), at("2024-04-02 06:00")),
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2024-02-01", "2024-03-01", ["2024-02"]),
        ("2024-02-01 00:01", "2024-02-03", ["2024-02-02"]),
        ("2024-02-01 10:00", "2024-02-01 20:00", []),
        ("2024-02-01 10:00", "2024-02-02 20:00", []),
        ("2024-12-31", "2025-01-02", ["2024-12-31", "2025-01-01"]),
    ],
)
def test_every_moment_is_in_one_file_or_in_the_rest(start: str, end: str, expected: list[str]) -> None:
    files, rest = periods(MINUTES, at(start), at(end))
    assert names(MINUTES, start, end)[0] == expected
    pieces = sorted([*((file.start, file.end) for file in files), *rest])
    assert pieces[0][0] == at(start)
    assert pieces[-1][1] == at(end)
    assert [a for a, _ in pieces[1:]] == [b for _, b in pieces[:-1]]


def test_seconds_are_read_by_the_day() -> None:
    files, _ = periods(Series.of("binance", "BTCUSDT", "1s"), at("2024-02-01"), at("2024-03-01"))
    assert {file.cadence for file in files} == {"daily"}
    assert len(files) == 29


@pytest.mark.parametrize(
    ("via", "has_archive", "days", "why"),
    [
        (Via.AUTO, True, 31, "by REST: 44,640 candles; files are quicker from 50,000 on"),
        (Via.AUTO, False, 90, "by REST: no archive is set (OPA_EXCHANGE_ARCHIVE)"),
        (Via.REST, True, 90, "by REST: as asked for"),
        (Via.AUTO, True, 60, "by 2 monthly and 0 daily files (86,400 candles are missing)"),
        (Via.ARCHIVE, True, 31, "by 1 monthly and 0 daily files (as asked for)"),
    ],
)
def test_the_choice_says_why(via: Via, has_archive: bool, days: int, why: str) -> None:
    start = at("2024-01-01")
    parts = [(start, start + days * DAY - MINUTE)]
    choice = choose(MINUTES, parts, via, has_archive=has_archive)
    assert choice.why == why
    assert choice.parts == ([] if choice.files else parts)


def test_candles_longer_than_a_day_are_never_read_from_files() -> None:
    weeks = Series.of("binance", "BTCUSDT", "1w")
    choice = choose(weeks, [(0, 1 << 40)], Via.ARCHIVE, has_archive=True)
    assert choice.why == "by REST: a file of 1w candles may end in a running one"


def test_an_archive_that_is_asked_for_has_to_be_named() -> None:
    with pytest.raises(InvalidInput, match="OPA_EXCHANGE_ARCHIVE"):
        check(Via.ARCHIVE, has_archive=False)
    check(Via.AUTO, has_archive=False)

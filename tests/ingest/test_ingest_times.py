import pytest

from ingest.times import parse_range, parse_time, to_iso
from market.errors import InvalidInput

NOW = 1_700_000_000_000  # 2023-11-14T22:13:20Z
DAY = 86_400_000


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-01-31", "2023-01-31T00:00:00.000Z"),
        ("2023-01-31T12:30:00Z", "2023-01-31T12:30:00.000Z"),
        ("2023-01-31T12:30:00+02:00", "2023-01-31T10:30:00.000Z"),
        ("2023-01-31 12:30", "2023-01-31T12:30:00.000Z"),
        ("now", "2023-11-14T22:13:20.000Z"),
        ("3 years ago", "2020-11-14T22:13:20.000Z"),
        ("30 days ago", "2023-10-15T22:13:20.000Z"),
    ],
)
def test_dates_iso_times_and_relative_forms_are_utc_and_count_from_market_time(
    text: str, expected: str
) -> None:
    assert to_iso(parse_time(text, NOW)) == expected


def test_a_thousand_days_ago_is_exactly_that() -> None:
    assert parse_time("1000 days ago", NOW) == NOW - 1000 * DAY


def test_nonsense_is_refused_with_examples() -> None:
    with pytest.raises(InvalidInput, match=r"'last moon' is no time: write a date \(2024-01-31\)"):
        parse_time("last moon", NOW)


def test_an_end_that_is_not_after_its_start_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"the end '2020-01-01' .* is not after the start '2021-01-01'"):
        parse_range("2021-01-01", "2020-01-01", NOW)

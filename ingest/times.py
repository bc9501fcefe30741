"""Dates, ISO times and relative forms (`3 years ago`, `now`) to ms UTC of market time."""

from __future__ import annotations

from datetime import UTC, datetime

import dateparser

from market.errors import InvalidInput


def to_ms(moment: datetime) -> int:
    """An aware datetime as ms UTC, exactly."""
    since = moment.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000


def to_iso(ms: int) -> str:
    """`2024-01-01T00:00:00.000Z`; the form of every time that a reader sees."""
    moment = datetime.fromtimestamp(ms // 1000, UTC).replace(microsecond=ms % 1000 * 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str, now: int) -> int:
    """Read what a person writes; relative forms count back from `now` (market time, ms UTC)."""
    base = datetime.fromtimestamp(now / 1000, UTC)
    if text.strip().lower() == "now":
        return now
    found = dateparser.parse(
        text,
        languages=["en"],
        settings={
            "TIMEZONE": "UTC",
            "TO_TIMEZONE": "UTC",
            "RETURN_AS_TIMEZONE_AWARE": True,
            "RELATIVE_BASE": base.replace(tzinfo=None),
            "DATE_ORDER": "YMD",
        },
    )
    if found is None:
        raise InvalidInput(
            f"{text!r} is no time: write a date (2024-01-31), an ISO time (2024-01-31T12:00:00Z) "
            "or a relative form (30 days ago, 3 years ago, now)"
        )
    return to_ms(found)


def parse_range(start: str, end: str, now: int) -> tuple[int, int]:
    """`[start, end)` in ms UTC; an end that is not after its start is an `InvalidInput`."""
    first, last = parse_time(start, now), parse_time(end, now)
    if last <= first:
        raise InvalidInput(
            f"the end {end!r} ({to_iso(last)}) is not after the start {start!r} ({to_iso(first)}): swap them"
        )
    return first, last

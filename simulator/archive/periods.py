"""Names in the archive's tree and the stretch of time that each of them means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from market.errors import InvalidInput
from market.interval import DAY, INTERVAL_NAMES, Interval

# The archive writes a month as `1mo`, because file systems may not tell `1m` from `1M`.
_MONTH: Final = "1mo"
_NO_DAILY: Final = ("3d", "1w", "1M")


@dataclass(frozen=True, slots=True)
class ArchiveName:
    """`BTCUSDT-1m-2024-01.zip`: the bars that open in `[start, end)`, ms UTC."""

    stem: str
    interval: Interval
    start: int
    end: int


def archive_interval(name: str) -> Interval:
    """`1m`, `1mo`, ...; `InvalidInput` for what the archive does not have."""
    if name == "1M" or name not in (*INTERVAL_NAMES, _MONTH):
        raise InvalidInput(f"the archive has no interval {name!r}")
    return Interval("1M" if name == _MONTH else name)


def read_name(cadence: str, symbol: str, interval: str, stem: str) -> ArchiveName:
    """`monthly`, `BTCUSDT`, `1m`, `BTCUSDT-1m-2024-01`; `InvalidInput` where they disagree."""
    prefix = f"{symbol}-{interval}-"
    form = "%Y-%m" if cadence == "monthly" else "%Y-%m-%d"
    kept = archive_interval(interval)
    if not stem.startswith(prefix) or (cadence == "daily" and kept.name in _NO_DAILY):
        raise InvalidInput(f"the archive has no {stem}")
    text = stem.removeprefix(prefix)
    try:
        first = datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError as error:
        raise InvalidInput(f"the archive has no {stem}") from error
    if first.strftime(form) != text:
        raise InvalidInput(f"the archive has no {stem}")
    start = int(first.timestamp()) * 1000
    end = Interval("1M").next_open(start) if cadence == "monthly" else start + DAY
    return ArchiveName(stem, kept, start, end)

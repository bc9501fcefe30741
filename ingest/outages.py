"""The known outages of an exchange: where bars are expected to be missing, and where they are not."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from ingest.times import to_iso, to_ms
from market.coverage import Hole, HoleReason
from market.interval import Interval, Series

# From the exchange's own data issues (binance-public-data) and two public audits; one exchange so far.
_FILES: Final = {"binance": Path(__file__).parent / "known_outages.csv"}
_NAMED: Final = "; known outage "


@dataclass(frozen=True, slots=True)
class Outage:
    """Trading stood still from `start` to `end` (ms UTC) on every symbol; `disputed` where sources differ."""

    start: int
    end: int
    disputed: bool = False

    def __str__(self) -> str:
        return f"{to_iso(self.start)} to {to_iso(self.end)}"

    def holds(self, hole: Hole, interval: Interval) -> bool:
        """Whether every missing bar touches the outage: a bar that it cuts may be missing as a whole."""
        return interval.floor(self.start) <= hole.start and hole.end <= interval.ceil(self.end)

    def expected(self, interval: Interval) -> tuple[int, int]:
        """Bars that open in `[start, end)` lie inside the outage as a whole; empty for coarse intervals."""
        return interval.ceil(self.start), interval.floor(self.end)


@cache
def known_outages(exchange: str) -> tuple[Outage, ...]:
    """The table of one exchange; empty for an exchange without one.

    `2020-12-21T13:47:00Z,2020-12-21T18:00:00Z,yes`
    """
    path = _FILES.get(exchange)
    return tuple(_read(path)) if path else ()


def _read(path: Path) -> Iterator[Outage]:
    with path.open(encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            start, end = (to_ms(datetime.fromisoformat(row[name])) for name in ("start", "end"))
            yield Outage(start, end, row["disputed"] == "yes")


def outage_of(series: Series, hole: Hole) -> Outage | None:
    """The known outage that holds a whole hole."""
    return next((each for each in known_outages(series.exchange) if each.holds(hole, series.interval)), None)


def named(series: Series, hole: Hole) -> Hole:
    """An outage whose evidence names the known one; doing it again changes nothing."""
    if hole.reason is not HoleReason.OUTAGE:
        return hole
    found = outage_of(series, hole)
    asked = hole.evidence.partition(_NAMED)[0]
    return replace(hole, evidence=f"{asked}{_NAMED}{found}" if found else asked)

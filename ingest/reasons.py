"""Why bars are missing, as far as it can be said: from the known outages and from the market's status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.outages import named
from ingest.plan import joined
from ingest.reading import Reading
from ingest.times import to_iso
from market.coverage import Hole, HoleReason
from market.interval import Interval, Series
from market.ports import SymbolInfo

# A market that trades, or is to trade again after a pause; in any other status it is gone.
_LISTED: Final = frozenset({"TRADING", "HALT", "PRE_TRADING", "AUCTION_MATCH"})


def kept(reading: Reading, known: Sequence[Hole], interval: Interval) -> Reading:
    """What was found to be missing after delisting stays so while no bar comes after it.

    A reading can tell that bars are missing, not that the market is gone: that was asked elsewhere.
    """
    rows = reading.klines.column("open_time")
    gone = next((hole for hole in known if hole.reason is HoleReason.AFTER_DELISTING), None)
    if gone is None or (len(rows) and rows[-1].as_py() >= gone.start):
        return reading
    holes = [piece for hole in reading.holes for piece in _split(hole, gone, interval)]
    return replace(reading, holes=holes)


def _split(hole: Hole, gone: Hole, interval: Interval) -> list[Hole]:
    if hole.end <= gone.start:
        return [hole]
    at = max(hole.start, gone.start)
    pieces = [
        replace(hole, end=at, bars=interval.count(hole.start, at)),
        replace(gone, start=at, end=hole.end, bars=interval.count(at, hole.end)),
    ]
    return [each for each in pieces if each.start < each.end]


def is_delisted(info: SymbolInfo) -> bool:
    """Whether the market's status says that it is gone."""
    return info.status not in _LISTED


def settled(
    series: Series, holes: Sequence[Hole], info: SymbolInfo, last_ever: int | None, now: int
) -> list[Hole]:
    """The holes of a whole series with their final reasons.

    What windows cut apart is joined, a known outage is named, and what lies after the last bar ever (its open
    time; None while the market is listed) is after delisting. A market that is back has only outages.
    """
    found = [_after_end(hole, info, last_ever, now) for hole in joined(holes, series.interval)]
    return [named(series, hole) for hole in joined(found, series.interval)]


def _after_end(hole: Hole, info: SymbolInfo, last_ever: int | None, now: int) -> Hole:
    ended = last_ever is not None and hole.start > last_ever
    if last_ever is not None and ended and hole.reason in (HoleReason.OUTAGE, HoleReason.UNKNOWN):
        asked = f"status {info.status} at market time {to_iso(now)}"
        evidence = f"{asked}; the last bar ever opens at {to_iso(last_ever)}"
        return replace(hole, reason=HoleReason.AFTER_DELISTING, evidence=evidence)
    if hole.reason is HoleReason.AFTER_DELISTING and not ended:
        evidence = f"{hole.evidence}; status {info.status} at market time {to_iso(now)}"
        return replace(hole, reason=HoleReason.OUTAGE, evidence=evidence)
    return hole

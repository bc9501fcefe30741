"""Coverage and holes in their tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from market.coverage import Covered, Hole, HoleReason
from market.kline import Source
from market.store.coverage_plan import cover, replace_holes, standing
from market.store.kline_plan import Batch

_ADD_RANGE: Final = (
    "INSERT INTO coverage (series_id, source, start_time, end_time, confirmed_at) VALUES (%s, %s, %s, %s, %s)"
    " ON DUPLICATE KEY UPDATE end_time = VALUES(end_time), confirmed_at = VALUES(confirmed_at)"
)
_ADD_HOLE: Final = (
    "INSERT INTO holes (series_id, start_time, end_time, bars, reason, evidence)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON DUPLICATE KEY UPDATE end_time = VALUES(end_time),"
    " bars = VALUES(bars), reason = VALUES(reason), evidence = VALUES(evidence)"
)


def load_coverage(cursor: Any, series_id: int) -> list[Covered]:
    """Ranges of every source, merged per source."""
    cursor.execute(
        "SELECT start_time, end_time, source, confirmed_at FROM coverage WHERE series_id = %s", (series_id,)
    )
    return [Covered(start, end, Source(source), at) for start, end, source, at in cursor.fetchall()]


def load_holes(cursor: Any, series_id: int) -> list[Hole]:
    """Holes by time."""
    cursor.execute(
        "SELECT start_time, end_time, bars, reason, evidence FROM holes"
        " WHERE series_id = %s ORDER BY start_time",
        (series_id,),
    )
    return [Hole(a, b, bars, HoleReason(reason), text) for a, b, bars, reason, text in cursor.fetchall()]


def save_quality(cursor: Any, series_id: int, batch: Batch, refused: Sequence[int]) -> bool:
    """Add the covered range and replace the holes inside it; False when that changed nothing.

    What is missing at the `refused` open times stays on record.
    """
    if batch.covered is None:
        return False
    ranges, holes = load_coverage(cursor, series_id), load_holes(cursor, series_id)
    new_ranges = cover(ranges, Covered(*batch.covered, batch.source, batch.now))
    interval = batch.series.interval
    found = [*batch.holes, *standing(holes, refused, interval)]
    new_holes = replace_holes(holes, batch.covered, found, interval)
    _save_ranges(cursor, series_id, ranges, new_ranges)
    save_holes(cursor, series_id, set(holes), new_holes)
    return set(new_ranges) != set(ranges) or new_holes != holes


def _save_ranges(cursor: Any, series_id: int, old: Sequence[Covered], new: Sequence[Covered]) -> None:
    before, after = _rows(old), _rows(new)
    for source, start in before.keys() - after.keys():
        cursor.execute(
            "DELETE FROM coverage WHERE series_id = %s AND source = %s AND start_time = %s",
            (series_id, source, start),
        )
    for (source, start), row in after.items():
        if before.get((source, start)) != row:
            cursor.execute(_ADD_RANGE, (series_id, source, start, *row))


def _rows(ranges: Sequence[Covered]) -> dict[tuple[str, int], tuple[int, int]]:
    return {(str(each.source), each.start): (each.end, each.confirmed_at) for each in ranges}


def save_holes(cursor: Any, series_id: int, old: set[Hole], new: Sequence[Hole]) -> None:
    """Make the holes on record, `old`, the `new` ones."""
    kept = {each.start for each in new}
    for each in old:
        if each.start not in kept:
            cursor.execute(
                "DELETE FROM holes WHERE series_id = %s AND start_time = %s", (series_id, each.start)
            )
    for each in new:
        if each not in old:
            row = (series_id, each.start, each.end, each.bars, str(each.reason), each.evidence)
            cursor.execute(_ADD_HOLE, row)

"""Counting the ledger in the database: functions inside the caller's transaction.

Counts are answered from one index (migration 0009): rows of the ledger carry their explanation
and are a hundred times wider than what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any, Final

from market.decision import Action, Origin, OutcomeState, Role, Status
from market.interval import MONTH, Series
from market.ports import LedgerSpan, Step, Tally

_INDEX: Final = "FORCE INDEX (decisions_counted)"
_LONG: Final = "(d.action = 'BUY' OR (d.action = 'HOLD' AND d.position_after = 'long'))"
_TENTH: Final = "LEAST(9, FLOOR(d.probability * 10))"
# What is true is counted, not summed: the server sums in decimals.
_TALLY: Final = f"""
SELECT d.origin, d.status, d.action, {_LONG}, COALESCE(o.state, 'pending'), o.correct, {_TENTH},
       COUNT(*), SUM(1.0E0 / d.horizon), SUM(d.probability), COUNT(o.gross > 0 OR NULL),
       COUNT(o.gross > d.cost OR NULL), COUNT((d.probability > 0.5) = (o.gross > 0) OR NULL),
       COUNT((b.open_time IS NOT NULL AND o.gross IS NOT NULL) OR NULL),
       COUNT((d.price > b.price) = (o.gross > 0) OR NULL), SUM(o.net)
FROM decisions AS d {_INDEX}
LEFT JOIN outcomes AS o ON o.series_id = d.series_id AND o.role = d.role AND o.open_time = d.open_time
LEFT JOIN decisions AS b {_INDEX}
       ON b.series_id = d.series_id AND b.role = d.role AND b.open_time = d.open_time - %s
WHERE d.series_id = %s AND d.role = %s AND d.open_time >= %s AND d.open_time < %s
GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3, 4, 5, 6, 7"""  # noqa: S608  (our own names)
_ENDS: Final = f"""
SELECT MIN(d.open_time), MAX(d.open_time) FROM decisions AS d {_INDEX}
WHERE d.series_id = %s AND d.role = %s AND d.open_time >= %s AND d.open_time < %s"""  # noqa: S608  (our own names)
_COUNT: Final = f"""
SELECT COUNT(*) FROM decisions AS d {_INDEX}
WHERE d.series_id = %s AND d.role = %s AND d.open_time >= %s AND d.open_time < %s"""  # noqa: S608  (our own names)
_CANDLES: Final = f"""
SELECT COUNT(*), COUNT(d.open_time) FROM klines AS k LEFT JOIN decisions AS d {_INDEX}
    ON d.series_id = k.series_id AND d.role = %s AND d.open_time = k.open_time
WHERE k.series_id = %s AND k.open_time >= %s AND k.open_time < %s AND k.finality = 'confirmed'"""  # noqa: S608  (our own names)
# Candles of one statement: a server that ends what takes too long never ends one of these.
_WINDOW: Final = 50_000
_KIND: Final = ("origin", "status", "action", "long", "state", "correct", "tenth")
_SUMS: Final = tuple(each.name for each in fields(Tally) if each.name not in _KIND)
_STEPS: Final = f"""
SELECT d.open_time, d.action, d.decided_at, d.origin, d.cost FROM decisions AS d {_INDEX}
WHERE d.series_id = %s AND d.role = %s AND d.open_time >= %s AND d.open_time < %s
  AND d.status = 'issued' AND d.action IN ('BUY', 'SELL') ORDER BY d.open_time"""  # noqa: S608  (our own names)


def count_ledger(
    cursor: Any, series_id: int, series: Series, role: Role, start: int, end: int
) -> list[Tally]:
    """Decisions on candles that open in `[start, end)`, by kind and fate."""
    # Months have no fixed step; their last moves stay unknown.
    step = series.interval.typical_ms if series.interval.name != MONTH else -1
    ends = _ends(cursor, series_id, role, start, end)
    found: dict[tuple[object, ...], Tally] = {}
    for window in _windows(ends, series):
        cursor.execute(_TALLY, (step, series_id, role.value, *window))
        for each in map(_tally, cursor.fetchall()):
            kind = tuple(getattr(each, name) for name in _KIND)
            found[kind] = _sum(found[kind], each) if kind in found else each
    return [found[kind] for kind in sorted(found, key=str)]


def span_of_ledger(
    cursor: Any, series_id: int, series: Series, role: Role, start: int, end: int
) -> LedgerSpan | None:
    """How many candles of a span are decided; None for an empty ledger."""
    ends = _ends(cursor, series_id, role, start, end)
    if ends is None:
        return None
    decisions = candles = decided = 0
    for window in _windows(ends, series):
        cursor.execute(_COUNT, (series_id, role.value, *window))
        decisions += cursor.fetchone()[0]
        cursor.execute(_CANDLES, (role.value, series_id, *window))
        there, of_them = cursor.fetchone()
        candles, decided = candles + there, decided + of_them
    return LedgerSpan(*ends, decisions, candles, decided)


def steps_of_ledger(cursor: Any, series_id: int, role: Role, start: int, end: int) -> list[Step]:
    """Where the position changed, oldest first."""
    cursor.execute(_STEPS, (series_id, role.value, start, end))
    return [
        Step(time, action == Action.BUY, decided_at, origin == Origin.LATE, cost)
        for time, action, decided_at, origin, cost in cursor.fetchall()
    ]


def _ends(cursor: Any, series_id: int, role: Role, start: int, end: int) -> tuple[int, int] | None:
    """The first and the last candle that is decided in `[start, end)`."""
    cursor.execute(_ENDS, (series_id, role.value, start, end))
    first, last = cursor.fetchone()
    return None if first is None else (first, last)


def _windows(ends: tuple[int, int] | None, series: Series) -> Iterator[tuple[int, int]]:
    """What lies between two candles, both with it, in parts `[from, to)`."""
    if ends is not None:
        size = _WINDOW * series.interval.typical_ms
        for at in range(ends[0], ends[1] + 1, size):
            yield at, min(at + size, ends[1] + 1)


def _sum(one: Tally, other: Tally) -> Tally:
    return replace(one, **{name: getattr(one, name) + getattr(other, name) for name in _SUMS})


def _tally(row: tuple[Any, ...]) -> Tally:
    origin, status, action, long, state, correct, tenth, count, effective, forecast, *rest = row
    rose, paid, called, moved, persisted, net = rest
    return Tally(
        Origin(origin), Status(status), Action(action), bool(long), OutcomeState(state),
        None if correct is None else bool(correct), None if tenth is None else int(tenth), count,
        float(effective), float(forecast or 0), rose, paid, called, moved, persisted, float(net or 0),
    )  # fmt: skip

"""A recorded candle while it is still running.

The recording says nothing about the way inside, so there is one rule: in equal thirds the price goes
straight from the open to one extreme (the low if the candle rises), to the other extreme and to the close;
volumes grow evenly.
"""

from __future__ import annotations

from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    Bars,
)


def so_far(row: Bars, now: int, tick: int, lot: int) -> Bars:
    """The row (shape (1, 11)) as it stands at `now`, which lies inside it; prices stay whole ticks."""
    partial = row.copy()
    begin, end = int(row[0, OPEN_TIME]), int(row[0, CLOSE_TIME]) + 1
    passed, length = now - begin, end - begin
    path = corners(*map(int, row[0, OPEN : CLOSE + 1]))
    leg, into = divmod(3 * passed, length)
    before, after = path[leg], path[leg + 1]
    price = before + (after - before) // tick * into // length * tick
    seen = [*path[: leg + 1], price]
    partial[0, HIGH], partial[0, LOW], partial[0, CLOSE] = max(seen), min(seen), price
    for column, unit in (
        (VOLUME, lot),
        (TAKER_BASE, 1),
        (QUOTE_VOLUME, 1),
        (TAKER_QUOTE, 1),
        (TRADES, 1),
    ):
        partial[0, column] = int(row[0, column]) // unit * passed // length * unit
    return partial


def corners(first: int, high: int, low: int, last: int) -> tuple[int, int, int, int]:
    """The prices at the thirds of a candle."""
    return (first, low, high, last) if last >= first else (first, high, low, last)

"""The candles that a paper account depends on: those beside its moves, whatever the length of the ledger."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from market.interval import END_OF_TIME, Series
from market.ports import KlineStore, Step
from model_service.replay.paper import Bars


def bars_beside(
    klines: KlineStore,
    series: Series,
    steps: Sequence[Step],
    first: int,
    end: int = END_OF_TIME,
    moments: Sequence[int] = (),
) -> Bars:
    """Of the confirmed candles in `[first, end)`: those that a step is filled by or a moment lies in.

    Following the steps over them ends with the same fills and the same worth as over all candles: a return
    from one candle to a later one is the product of those between. So is the worth at each of the candles.
    """
    ends = ends_of(klines, series, first, end)
    if ends is None:
        return Bars(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    # A step is filled by the candle after the one it was decided on, or after the one it was made in. Who
    # buys once and holds buys in the second candle.
    after, near = series.interval.next_open, {*ends, *moments, *(step.open_time for step in steps)}
    near |= {
        step.decided_at - 1 for step in steps if step.late or step.decided_at > after(after(step.open_time))
    }
    table = klines.beside(series, [time for time in near if ends[0] <= time <= ends[1]])
    times, opens, closes = (table[name].to_numpy() for name in ("open_time", "open", "close"))
    mine = times <= ends[1]
    return Bars(times[mine], opens[mine], closes[mine])


def ends_of(klines: KlineStore, series: Series, first: int, end: int) -> tuple[int, int] | None:
    """Open times of the first and the last confirmed candle in `[first, end)`."""
    newest = klines.last_confirmed(series)
    if newest is None or min(newest + 1, end) <= first:
        return None
    times = klines.beside(series, [first - 1, min(newest + 1, end) - 1])["open_time"].to_numpy()
    mine = times[(times >= first) & (times < end)]
    return (int(mine[0]), int(mine[-1])) if len(mine) else None

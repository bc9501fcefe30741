"""The candles that a paper account depends on: those beside its moves, whatever the length of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from market.interval import Series
from market.outcome import Times
from market.ports import KlineStore, Step
from model_service.replay.paper import Bars

_PAGE: Final = 50_000


def bars_beside(klines: KlineStore, series: Series, steps: Sequence[Step], first: int) -> Bars:
    """Of the confirmed candles from `first` on: those that a step is filled by, and a few others.

    Following the steps over them ends with the same fills and the same worth as over all candles: a return
    from one candle to a later one is the product of those between.
    """
    newest = klines.last_confirmed(series)
    decided = np.array([(step.open_time, step.decided_at) for step in steps], dtype=np.int64).reshape(-1, 2)
    span = _PAGE * series.interval.typical_ms
    end = first if newest is None else newest + 1
    parts = [_beside(klines, series, decided, (at, min(at + span, end))) for at in range(first, end, span)]
    if not parts:
        return Bars(np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0))
    return Bars(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _beside(klines: KlineStore, series: Series, decided: Times, span: tuple[int, int]) -> Bars:
    table = klines.read_floats(series, *span)
    times, opens, closes = (table[name].to_numpy() for name in ("open_time", "open", "close"))
    on = np.searchsorted(times, decided[:, 0], side="right") - 1
    made = np.searchsorted(times, decided[:, 1]) - 1
    # Both ends, too: a step at the end of a page is filled by the first candle of the next one. Who buys once
    # and holds buys in the second candle.
    near = np.r_[0, 1, len(times) - 1, on, on + 1, made, made + 1]
    kept = np.unique(near[(near >= 0) & (near < len(times))])
    return Bars(times[kept], opens[kept], closes[kept])

"""Where the candles of a window came from: counted for every decision, read beside the candles."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from market.decision import Provenance
from market.features import WARMUP
from market.interval import Interval
from market.kline import Finality, Source
from market.outcome import Times
from model_service.contamination import Revised, places

_SOURCES: Final = tuple(str(each) for each in Source)


def provenances(origins: pa.Table, wanted: Times, interval: Interval, changed: Revised) -> list[Provenance]:
    """For each candle that opens at `wanted`: the last `WARMUP` places of the grid up to it.

    `origins` is what `KlineStore.read_origins` gives for all these windows.
    """
    times = origins["open_time"].to_numpy()
    place, last = places(times, interval), places(wanted, interval)
    first = np.searchsorted(place, last - WARMUP, side="right")
    end = np.searchsorted(place, last, side="right")
    confirmed = pc.equal(origins["finality"], str(Finality.CONFIRMED)).to_numpy(zero_copy_only=False)
    by_source = {
        name: _count(confirmed & pc.equal(origins["source"], name).to_numpy(zero_copy_only=False), first, end)
        for name in _SOURCES
    }
    bars = _count(confirmed, first, end)
    edited = np.isin(times, changed.open_times) & confirmed
    return [
        Provenance(
            start=int(times[a]) if b > a else int(time),
            end=int(time),
            bars=int(bars[i]),
            missing=int(WARMUP - (b - a)),
            revised=_revised(times[a:b][edited[a:b]], interval.close_time(int(time)), changed),
            provisional=int(b - a - bars[i]),
            sources={name: int(counts[i]) for name, counts in by_source.items() if counts[i]},
        )
        for i, (time, a, b) in enumerate(zip(wanted, first, end, strict=True))
    ]


def _count(rows: np.ndarray[tuple[int], np.dtype[np.bool_]], first: Times, end: Times) -> Times:
    total = np.r_[0, np.cumsum(rows)]
    return np.asarray(total[end] - total[first])


def _revised(edited: Times, closed_at: int, changed: Revised) -> int:
    if not len(edited):
        return 0
    seen_at = changed.seen_at[np.searchsorted(changed.open_times, edited)]
    return int(np.count_nonzero(seen_at <= closed_at))

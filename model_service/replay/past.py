"""The candles of a series as they were known earlier, from the traces that later changes left."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from market.coverage import Revision
from market.features import WARMUP
from market.outcome import Floats, Times
from model_service.candles import HASHED, hashed_columns, window_hash

# Candles that came later stand where older ones were: the window reached this much further back at most.
_SPARE: Final = 200


@dataclass(frozen=True, slots=True)
class Past:
    """Confirmed candles as they are now, and every revision of the series in the order it was found."""

    times: Times
    columns: Floats
    revisions: Sequence[Revision]

    @classmethod
    def of(cls, klines: pa.Table, revisions: Sequence[Revision]) -> Past:
        """From the table of `KlineStore.read_floats`."""
        return cls(klines["open_time"].to_numpy(), hashed_columns(klines), revisions)

    def changed_since(self, open_time: int, known_at: int) -> dict[int, Mapping[str, str] | None]:
        """Candles of a window that were revised after `known_at`, with what they were then (None: absent)."""
        first = self._first(open_time)
        known: dict[int, Mapping[str, str] | None] = {}
        withdrawn: set[int] = set()
        for each in self.revisions:
            if not first <= each.open_time <= open_time:
                continue
            if each.detected_at > known_at:
                known.setdefault(each.open_time, None if each.open_time in withdrawn else each.old)
            elif each.new is None:
                withdrawn.add(each.open_time)
            else:
                withdrawn.discard(each.open_time)
        return known

    def data_hash(
        self, open_time: int, known: Mapping[int, Mapping[str, str] | None], later: Collection[int]
    ) -> str:
        """Hash of a candle's window with the candles of `known` as they were and without those in `later`."""
        first = self._first(open_time)
        inside = (self.times >= first) & (self.times <= open_time)
        inside &= ~np.isin(self.times, [*known, *later])
        was = {time: old for time, old in known.items() if old is not None and time not in later}
        times = np.r_[self.times[inside], np.array([*was], dtype=np.int64)]
        old = np.array([[float(row[name]) for name in HASHED] for row in was.values()]).reshape(
            -1, len(HASHED)
        )
        columns = np.c_[self.columns[:, inside], old.T]
        order = np.argsort(times)
        return window_hash(times[order], columns[:, order], len(times) - 1)

    def reaches(self, open_time: int, earlier: int) -> bool:
        """Whether the window of a candle may hold an earlier one."""
        return self._first(open_time) <= earlier < open_time

    def _first(self, open_time: int) -> int:
        if not len(self.times):
            return open_time
        at = int(np.searchsorted(self.times, open_time, side="right")) - WARMUP - _SPARE
        return int(self.times[max(at, 0)])

"""The change log in memory, for tests: the same contract without a server."""

from __future__ import annotations

import time
from uuid import uuid4

from market.ports import Change
from market.ports.market_data import TRIMMED_AT_ONCE


class MemoryChangeLog:
    """`ChangeLog` and `LogTrimmer` as a list; the twins of the stores append to the same one."""

    def __init__(self) -> None:
        self._lines: list[Change] = []
        self._recorded: list[float] = []
        self._trimmed = 0
        self._epoch = str(uuid4())

    def append(self, stream: str, series: str, from_time: int, to_time: int) -> int:
        """Add a line; returns its `seq`."""
        self._lines.append(Change(self.head() + 1, stream, series, from_time, to_time))
        self._recorded.append(time.monotonic())
        return self.head()

    def epoch(self) -> str:
        """Identity of this log."""
        return self._epoch

    def oldest(self) -> int:
        """Smallest `seq` still kept."""
        return self._trimmed + 1

    def head(self) -> int:
        """Largest `seq` given out."""
        return self._trimmed + len(self._lines)

    def read(self, after: int, limit: int = 1000) -> list[Change]:
        """Lines with `seq > after`, in order."""
        return self._lines[max(after - self._trimmed, 0) :][:limit]

    def lag(self, after: int) -> tuple[int, int]:
        """How many numbers were given out after this one, and the age (ms) of the first line of them."""
        waiting = self._recorded[max(after - self._trimmed, 0) :]
        age_s = time.monotonic() - waiting[0] if waiting else 0.0
        return max(self.head() - after, 0), round(age_s * 1_000)

    def trim(self, up_to: int, keep_s: float, most: int = TRIMMED_AT_ONCE) -> int:
        """Delete lines from the far end that are older than `keep_s` and not after `up_to`; how many."""
        oldest = time.monotonic() - keep_s
        last = min(up_to - self._trimmed, len(self._lines), most)
        count = 0
        while count < last and self._recorded[count] < oldest:
            count += 1
        del self._lines[:count], self._recorded[:count]
        self._trimmed += count
        return count

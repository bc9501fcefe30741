"""The way into the store: a thread of its own, so that the event loop never waits and writes never race."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from ingest.patience import Patience
from ingest.reading import Reading
from ingest.reasons import kept
from market.interval import Series
from market.kline import Finality, Source
from market.ports import KlineStore, WriteResult

Result = TypeVar("Result")
Written = Counter[tuple[Series, Source]]


class Keeper:
    """Runs store calls one after another in a thread of its own, as often as patience allows.

    With more `threads` writes of several series go on at once; writers of one series take turns in the store.
    """

    def __init__(self, klines: KlineStore, patience: Patience, threads: int = 1) -> None:
        self.klines = klines
        self.written: Written = Counter()  # rows that were new or changed
        self._patience = patience
        self._thread = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="store")

    async def run(self, call: Callable[[], Result]) -> Result:
        """The result of a store call; transient errors are waited out."""

        async def once() -> Result:
            return await asyncio.get_running_loop().run_in_executor(self._thread, call)

        return await self._patience.call("database", once)

    async def confirm(self, series: Series, reading: Reading, now: int) -> WriteResult:
        """Write what was read: rows, coverage, holes and the change-log line in one transaction.

        Holes that were explained before keep their reason where it still holds.
        """
        if reading.holes:
            known = await self.run(partial(self.klines.holes, series))
            reading = kept(reading, known, series.interval)
        result = await self.run(
            partial(
                self.klines.write,
                series,
                reading.klines,
                finality=Finality.CONFIRMED,
                source=Source.REST,
                now=now,
                covered=reading.covered,
                holes=reading.holes,
            )
        )
        self.written[series, Source.REST] += result.inserted + result.changed
        return result

    def close(self) -> None:
        """Drop what has not begun and let the running transaction end."""
        self._thread.shutdown(wait=True, cancel_futures=True)

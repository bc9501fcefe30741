"""Our own pager over single pages of klines.

The library's pagers lose rows (the last bar of a full page, bars off the grid, everything after a short page)
and keep the running candle. Ours asks from the last open time + 1, and only an empty page that a second
request confirms ends a range early.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ingest.patience import Patience
from market.errors import ExchangeUnavailable
from market.interval import Series
from market.ports import KlineSource

PAGE_ROWS: Final = 1000


class Pager:
    """Pages through a range of one series."""

    def __init__(self, source: KlineSource, patience: Patience) -> None:
        self._source = source
        self._patience = patience

    async def page(
        self, series: Series, start: int | None, end: int | None, limit: int = PAGE_ROWS
    ) -> pa.Table:
        """One page of bars that open in `[start, end]`; older ones, as a stale cache sends, are dropped."""

        async def ask() -> pa.Table:
            klines = await self._source.klines(series.symbol, series.interval, start, end, limit)
            if start is None or klines.num_rows == 0:
                return klines
            fresh = klines.filter(pc.greater_equal(klines.column("open_time"), start))
            if fresh.num_rows == 0:
                raise ExchangeUnavailable(f"{series}: asked for bars from {start} on, got only older ones")
            return fresh

        return await self._patience.call(f"{series} klines from {start}", ask)

    async def first(self, series: Series) -> int | None:
        """Open time of the first bar ever, None where there is none; of two answers the earlier one."""
        answers = [await self.page(series, 0, None, limit=1) for _ in range(2)]
        return min((page.column("open_time")[0].as_py() for page in answers if page.num_rows), default=None)

    async def pages(self, series: Series, start: int, end: int) -> AsyncIterator[pa.Table]:
        """Every page of bars that open in `[start, end]`, strictly rising."""
        while start <= end:
            page = await self.page(series, start, end)
            if page.num_rows == 0:
                page = await self.page(series, start, end)
            if page.num_rows == 0:
                return
            yield page
            start = page.column("open_time")[-1].as_py() + 1

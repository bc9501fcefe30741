"""The last look at the holes of a series after it was read: each gets its final reason."""

from __future__ import annotations

from functools import partial

from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.reading import Reading
from ingest.reasons import is_delisted, settled
from market.coverage import Hole
from market.interval import Series
from market.kline import empty_klines
from market.ports import SymbolInfo


async def settle_holes(
    pager: Pager, keeper: Keeper, series: Series, info: SymbolInfo, now: int
) -> list[Hole]:
    """Join and explain the holes on record and write what that changes; all of them, as they are then.

    A delisted market is asked for its newest bar: only what lies after it is missing because of that.
    """
    holes = await keeper.run(partial(keeper.klines.holes, series))
    last_ever = await _last_ever(pager, series) if holes and is_delisted(info) else None
    whole = settled(series, holes, info, last_ever, now)
    for hole in sorted(set(whole) - set(holes)):
        await keeper.put(series, Reading(hole.start, hole.end - 1, empty_klines(), [hole]), now)
    return whole


async def _last_ever(pager: Pager, series: Series) -> int | None:
    newest = await pager.page(series, None, None, limit=1)
    return newest.column("open_time")[-1].as_py() if newest.num_rows else None

"""The last look at the holes of a series after it was read: each gets its final reason."""

from __future__ import annotations

import logging
from functools import partial
from typing import Final

from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.reasons import is_delisted, settled
from market.coverage import Hole
from market.interval import Series
from market.ports import SymbolInfo

log = logging.getLogger(__name__)
_LOOKS: Final = 5


async def settle_holes(
    pager: Pager, keeper: Keeper, series: Series, info: SymbolInfo, now: int
) -> list[Hole]:
    """Join and explain the holes on record and write what that changes; all of them, as they are then.

    A delisted market is asked for its newest bar: only what lies after it is missing because of that. Bars
    may come meanwhile: then nothing is written, and the holes that are left are looked at again.
    """
    holes = await keeper.run(partial(keeper.klines.holes, series))
    last_ever = await _last_ever(pager, series) if holes and is_delisted(info) else None
    for _ in range(_LOOKS):
        whole = settled(series, holes, info, last_ever, now)
        if await keeper.run(partial(keeper.klines.explain, series, holes, whole)):
            return whole
        holes = await keeper.run(partial(keeper.klines.holes, series))
    log.warning("%s: its holes change faster than they can be explained; the next run does", series)
    return holes


async def _last_ever(pager: Pager, series: Series) -> int | None:
    newest = await pager.page(series, None, None, limit=1)
    return newest.column("open_time")[-1].as_py() if newest.num_rows else None

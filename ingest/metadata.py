"""What an exchange says about its markets, asked for again every day while they are followed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from typing import Final

from ingest.keeper import Keeper
from ingest.patience import Patience
from market.errors import UnknownSymbol
from market.interval import Interval
from market.ports import KlineSource

log = logging.getLogger(__name__)
DAY_S: Final = 86_400.0
_TRADING: Final = "TRADING"


async def keep_metadata(
    source: KlineSource, keeper: Keeper, followed: Sequence[tuple[str, Interval]], every_s: float = DAY_S
) -> None:
    """Refresh status, tick size and lot step of the followed markets, for ever."""
    intervals = dict(followed)
    while True:
        await asyncio.sleep(every_s)
        for name, interval in intervals.items():
            await _refresh(source, keeper, name, interval)


async def _refresh(source: KlineSource, keeper: Keeper, name: str, interval: Interval) -> None:
    try:
        info = await Patience(None).call(f"symbol {name}", partial(source.symbol, name))
    except UnknownSymbol as error:
        log.warning("%s: its metadata stay as they were: %s", name, error)
        return
    if info.status != _TRADING:
        log.warning("%s/%s does not trade: the exchange calls it %s", info.exchange, name, info.status)
    await keeper.run(partial(keeper.klines.register, info, interval))

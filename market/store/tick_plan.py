"""What every tick store checks before it stores."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from market.errors import InvalidMarketData
from market.kline import PRICE, VOLUME
from market.tick import Tick


def key_of(tick: Tick) -> tuple[str, str, int]:
    """What identifies a sample."""
    return tick.exchange, tick.symbol, tick.time


def check_exact(ticks: Sequence[Tick]) -> None:
    """Refuse a value that the columns cannot hold exactly (`InvalidMarketData`)."""
    try:
        pa.array([value for each in ticks for value in (each.bid, each.ask, each.last)], PRICE)
        pa.array([value for each in ticks for value in (each.bid_quantity, each.ask_quantity)], VOLUME)
    except pa.ArrowInvalid as error:
        raise InvalidMarketData(f"a tick does not fit exactly: {error}") from error

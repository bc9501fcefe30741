"""Many series over several connections: an exchange and the proxies before it bound what one may carry."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from market.interval import Series

# The exchange allows 1,024 streams, but they are named in the address, which servers often bound to 8 KB.
MOST_STREAMS: Final = 200
_QUOTES: Final = 2  # streams of best bid and ask and of the last price, per symbol


def shares(followed: Sequence[Series], others_per_symbol: int = 0) -> list[list[Series]]:
    """Series by connection, those of one symbol together; `others_per_symbol`: further streams of each."""
    parts: list[list[Series]] = []
    room = 0
    for _, group in groupby(sorted(followed), key=lambda series: series.symbol):
        series = list(group)
        streams = len(series) + _QUOTES + others_per_symbol
        if streams > room:
            parts.append([])
            room = MOST_STREAMS
        parts[-1] += series
        room -= streams
    return parts

"""Ids of trades are consecutive, so they prove that a stream left nothing out.

Only the proof is kept: how many came, which ids were missing, and how many of those REST could show.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from functools import partial
from typing import Final, NamedTuple

from ingest.counters import Reject, StreamCounters, TradeCounters
from ingest.live import TradeFrame, TradeKind, TradeSource
from ingest.patience import Patience
from market.errors import Transient

log = logging.getLogger(__name__)
_REMEMBERED_GAPS: Final = 1_000
# Longer gaps (hours without a stream) are counted but not read again: pages of 1,000 ids cost weight.
_MOST_HEALED: Final = 20_000
_PAGE: Final = 1_000
_LEAP: Final = 100_000
_TOLD_GAPS: Final = 100  # the first ones, then one of so many: metrics tell the rest


class IdGap(NamedTuple):
    """Ids `[first, last]` did not come."""

    symbol: str
    kind: TradeKind
    first: int
    last: int


class TradeIds:
    """Follows the ids per symbol and kind. `gaps` holds the newest ones, healed or not."""

    def __init__(self, counters: StreamCounters) -> None:
        self._counters = counters
        self._newest: dict[tuple[str, str], int] = {}
        self._leapt: dict[tuple[str, str], int] = {}
        self._waiting: asyncio.Queue[IdGap] = asyncio.Queue(_REMEMBERED_GAPS)
        self._told = 0
        self.gaps: deque[IdGap] = deque(maxlen=_REMEMBERED_GAPS)

    def heard(self, frame: TradeFrame) -> None:
        """Take in a trade; never waits."""
        key = frame.symbol, str(frame.kind)
        counts = self._counters.trades.setdefault(key, TradeCounters())
        newest = self._newest.get(key)
        if newest is not None and frame.trade_id <= newest:
            self._counters.duplicates += 1
            return
        if newest is not None and self._leaps(key, newest, frame.trade_id):
            self._counters.rejected[Reject.IMPOSSIBLE] += 1
            return
        self._newest[key] = frame.trade_id
        counts.seen += 1
        if newest is not None and frame.trade_id > newest + 1:
            self._miss(counts, IdGap(frame.symbol, frame.kind, newest + 1, frame.trade_id - 1))

    def _leaps(self, key: tuple[str, str], newest: int, trade_id: int) -> bool:
        """A leap that the next trade does not bear out is one wrong number, not a gap."""
        before = self._leapt.pop(key, None)
        if trade_id - newest <= _LEAP or (before is not None and 0 < trade_id - before <= _LEAP):
            return False
        self._leapt[key] = trade_id
        return True

    def _miss(self, counts: TradeCounters, gap: IdGap) -> None:
        counts.missing += gap.last - gap.first + 1
        self.gaps.append(gap)
        if gap.kind is TradeKind.AGGREGATE and not self._waiting.full():
            self._waiting.put_nowait(gap)
        self._told += 1
        if self._told <= _TOLD_GAPS or self._told % _TOLD_GAPS == 0:
            log.warning("%s %s: ids %d to %d did not come (gap %d)", *gap, self._told)

    async def heal(self, source: TradeSource) -> None:
        """Ask REST for missing aggregate trades, for ever; single trades need an account to be read again."""
        patience = Patience(3)
        while True:
            gap = await self._waiting.get()
            if gap.last - gap.first >= _MOST_HEALED:
                continue
            try:
                await self._heal(source, patience, gap)
            except Transient as error:
                log.warning("%s: ids %d to %d stay missing: %s", gap.symbol, gap.first, gap.last, error)

    async def _heal(self, source: TradeSource, patience: Patience, gap: IdGap) -> None:
        first = gap.first
        while first <= gap.last:
            ask = partial(source.aggregate_ids, gap.symbol, first, _PAGE)
            ids = await patience.call(f"{gap.symbol} trades from {first}", ask)
            shown = [each for each in ids if each <= gap.last]
            self._counters.trades[gap.symbol, str(gap.kind)].healed += len(shown)
            if not shown:
                return
            first = shown[-1] + 1

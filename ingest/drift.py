"""What the exchange says today about bars that we hold as confirmed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Final

import pyarrow as pa

from ingest.pager import Pager
from ingest.plan import windows
from ingest.reading import last_final_open, read
from ingest.times import to_iso
from ingest.verify import Finding
from market.interval import Series
from market.kline import KLINE_SCHEMA
from market.ports import KlineStore

_DAY: Final = 86_400_000


async def drift(
    pager: Pager, store: KlineStore, series: Series, days: float, market_now: int
) -> AsyncIterator[Finding]:
    """Read the last days again and compare bar by bar; nothing is written."""
    first = store.coverage(series)
    if not first:
        return
    start = max(series.interval.ceil(market_now - int(days * _DAY)), first[0].start)
    end = min(last_final_open(series.interval, market_now), first[-1].end - 1)
    for a, b in windows(series.interval, start, end):
        today = (await read(pager, series, a, b, market_now)).klines
        for finding in _compare(series, store.read(series, a, b + 1), today):
            yield finding


def _compare(series: Series, ours: pa.Table, theirs: pa.Table) -> list[Finding]:
    mine, other = _by_time(ours), _by_time(theirs)
    found = [(time, "the exchange has a candle that is not stored") for time in other.keys() - mine.keys()]
    found += [(time, "the exchange no longer has this candle") for time in mine.keys() - other.keys()]
    found += [
        (time, f"the exchange changed {', '.join(_changed(mine[time], other[time]))}")
        for time in mine.keys() & other.keys()
        if mine[time] != other[time]
    ]
    return [Finding(str(series), "drift", f"{to_iso(time)}: {what}") for time, what in sorted(found)]


def _by_time(table: pa.Table) -> dict[int, dict[str, object]]:
    return {row["open_time"]: row for row in table.select(KLINE_SCHEMA.names).to_pylist()}


def _changed(ours: dict[str, object], theirs: dict[str, object]) -> list[str]:
    return [f"{name} {ours[name]} to {theirs[name]}" for name in ours if ours[name] != theirs[name]]

"""Holes against the table of known outages: what it does not explain, and what it expects in vain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow.compute as pc

from ingest.finding import Finding
from ingest.outages import Outage, known_outages, outage_of
from ingest.times import to_iso
from market.coverage import Covered, Hole, HoleReason, uncovered
from market.interval import Series
from market.ports import KlineStore


def check_outages(
    store: KlineStore, series: Series, holes: Sequence[Hole], covered: Sequence[Covered]
) -> Iterator[Finding]:
    """Notes only: the table comes from one symbol, and its times are rough."""
    known = known_outages(series.exchange)
    for hole in holes:
        if known and hole.reason in (HoleReason.OUTAGE, HoleReason.UNKNOWN) and not outage_of(series, hole):
            where = f"{to_iso(hole.start)} to {to_iso(hole.end)}"
            yield Finding(str(series), "outages", f"the hole {where} is no known outage", note=True)
    for outage in known:
        traded = 0 if outage.disputed else _traded(store, series, outage, covered)
        if traded:
            detail = f"{traded} candles with trades inside the known outage {outage}"
            yield Finding(str(series), "outages", detail, note=True)


def _traded(store: KlineStore, series: Series, outage: Outage, covered: Sequence[Covered]) -> int:
    """Candles with trades where none is expected; the exchange first sends flat ones without any."""
    start, end = outage.expected(series.interval)
    if start >= end or uncovered(covered, start, end) == [(start, end)]:
        return 0
    trades = store.read(series, start, end).column("trades")
    return int(pc.sum(pc.greater(trades, 0)).as_py() or 0)

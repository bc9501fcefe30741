"""Where a fine and a coarse series of one symbol are both complete, fine bars add up to coarse ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingest.finding import Finding
from ingest.times import to_iso
from market.interval import Series
from market.kline import VOLUME_FIELDS
from market.ports import KlineStore

_COARSE_BARS: Final = 500
_SUMMED: Final = ("trades", *VOLUME_FIELDS)


def pairs(followed: Sequence[Series]) -> list[tuple[Series, Series]]:
    """Fine and coarse series of the same symbol; each coarse one with the next finer that divides it."""
    found = []
    for coarse in followed:
        finer = [
            each
            for each in followed
            if (each.exchange, each.symbol) == (coarse.exchange, coarse.symbol)
            and each.interval.typical_ms < coarse.interval.typical_ms
            and coarse.interval.typical_ms % each.interval.typical_ms == 0
        ]
        if finer:
            found.append((max(finer, key=lambda each: each.interval.typical_ms), coarse))
    return found


def verify_sums(store: KlineStore, fine: Series, coarse: Series) -> Iterator[Finding]:
    """Compare wherever the fine series has every bar of a coarse one, exactly."""
    covered = store.coverage(fine)
    if not covered:
        return
    start, end = covered[0].start, covered[-1].end
    while (rows := store.read(coarse, start, end, limit=_COARSE_BARS)).num_rows:
        first = rows.column("open_time")[0].as_py()
        start = rows.column("close_time")[-1].as_py() + 1
        yield from _differences(fine, coarse, store.read(fine, first, start), rows)


def _differences(fine: Series, coarse: Series, parts: pa.Table, rows: pa.Table) -> Iterator[Finding]:
    if parts.num_rows == 0:
        return
    sums = _summed(parts, rows)
    per_bar = coarse.interval.typical_ms // fine.interval.typical_ms
    both = rows.join(sums, "open_time", join_type="inner").sort_by("open_time")
    both = both.filter(pc.equal(both.column("bars"), per_bar))
    for name, made in [("open", "first"), ("close", "last"), ("high", "max"), ("low", "min")]:
        yield from _unequal(fine, coarse, both, name, f"{name}_{made}")
    for name in _SUMMED:
        yield from _unequal(fine, coarse, both, name, f"{name}_sum")


def _summed(parts: pa.Table, rows: pa.Table) -> pa.Table:
    opens = rows.column("open_time").to_numpy()
    at = np.searchsorted(opens, parts.column("open_time").to_numpy(), side="right") - 1
    groups = opens[np.maximum(at, 0)]
    grouped = parts.append_column("group", pa.array(groups)).group_by("group", use_threads=False)
    sums = grouped.aggregate(
        [("high", "max"), ("low", "min"), ("trades", "count"), *((name, "sum") for name in _SUMMED)]
    )
    # Arrow knows no first and last of decimals; the rows are in order, so they stand at the groups' borders.
    firsts = np.unique(groups, return_index=True)[1]
    lasts = np.append(firsts[1:], len(groups)) - 1
    ends = pa.table(
        {
            "open_time": groups[firsts],
            "open_first": parts.column("open").take(pa.array(firsts)),
            "close_last": parts.column("close").take(pa.array(lasts)),
        }
    )
    return sums.rename_columns({"group": "open_time", "trades_count": "bars"}).join(ends, "open_time")


def _unequal(fine: Series, coarse: Series, both: pa.Table, name: str, made: str) -> Iterator[Finding]:
    wrong = both.filter(pc.not_equal(both.column(name), both.column(made)))
    if wrong.num_rows:
        time, here, there = (wrong.column(each)[0].as_py() for each in ("open_time", name, made))
        yield Finding(
            str(coarse),
            "sums",
            f"{wrong.num_rows} bars whose {name} is not that of the {fine.interval} bars,"
            f" first {to_iso(time)}: {here} against {there}",
        )

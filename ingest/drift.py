"""What the exchange says today about bars that are on record."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from ingest.finding import Finding
from ingest.times import to_iso
from market.interval import Series
from market.kline import KLINE_SCHEMA, Finality, Source

_SHOWN: Final = 20


def differences(series: Series, ours: pa.Table, theirs: pa.Table) -> list[Finding]:
    """Bar by bar, oldest first, in `STORED_SCHEMA` and `KLINE_SCHEMA`; a long list is cut and says so."""
    mine, other = _by_time(ours), _by_time(theirs)
    found = [(time, "the exchange has a candle that is not stored") for time in other.keys() - mine.keys()]
    found += [(time, "the exchange no longer has this candle") for time in mine.keys() - other.keys()]
    found += [
        (time, f"the exchange changed {', '.join(_changed(mine[time], other[time]))}")
        for time in mine.keys() & other.keys()
        if _changed(mine[time], other[time])
    ]
    findings = [Finding(str(series), "drift", f"{to_iso(time)}: {what}") for time, what in sorted(found)]
    more = len(findings) - _SHOWN
    if more > 0:
        where = f"{to_iso(min(found)[0])} and {to_iso(max(found)[0])}"
        rest = Finding(str(series), "drift", f"{more} more candles differ between {where}")
        return [*findings[:_SHOWN], rest]
    return findings


def lacking(ours: pa.Table, theirs: pa.Table) -> list[int]:
    """Open times of confirmed bars on record that an answer does not have."""
    confirmed = ours.filter(pc.equal(ours.column("finality"), str(Finality.CONFIRMED))).column("open_time")
    found: list[int] = confirmed.filter(
        pc.invert(pc.is_in(confirmed, theirs.column("open_time").combine_chunks()))
    ).to_pylist()
    return found


def _by_time(table: pa.Table) -> dict[int, dict[str, object]]:
    return {row["open_time"]: row for row in table.to_pylist()}


def _changed(ours: dict[str, object], theirs: dict[str, object]) -> list[str]:
    origin = "" if ours["source"] == str(Source.REST) else f" (stored from {ours['source']})"
    return [
        f"{name} {ours[name]} to {theirs[name]}{origin}"
        for name in KLINE_SCHEMA.names
        if ours[name] != theirs[name]
    ]

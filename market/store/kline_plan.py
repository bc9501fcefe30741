"""What a write has to do, worked out in columns: which rows are new, which change, which are withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from market.coverage import Hole, Revision
from market.errors import InvalidInput
from market.interval import Series
from market.kline import KLINE_SCHEMA, STORED_SCHEMA, Finality, Source
from market.ports import WriteResult

# A withdrawn row ranks with a confirmed one: only a confirmed answer brings it back.
_RANK: Final = {Finality.RUNNING: 0, Finality.CLOSED: 1, Finality.CONFIRMED: 2, Finality.WITHDRAWN: 2}
_REVISED: Final = (Finality.CONFIRMED, Finality.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Batch:
    """The arguments of one `KlineStore.write`."""

    series: Series
    klines: pa.Table
    finality: Finality
    source: Source
    now: int
    covered: tuple[int, int] | None = None
    holes: Sequence[Hole] = ()

    def __post_init__(self) -> None:
        if self.finality is Finality.WITHDRAWN:
            raise InvalidInput("rows are withdrawn by their absence from a covered range, not written so")
        if self.covered and self.finality is not Finality.CONFIRMED:
            raise InvalidInput("only a confirmed answer covers a range")
        if self.holes and not self.covered:
            raise InvalidInput("holes need the covered range that they were found in")
        if self.covered and self.covered[0] > self.covered[1]:
            raise InvalidInput(f"covered range {self.covered} ends before its start")

    @property
    def span(self) -> tuple[int, int]:
        """`[start, end)` of open times that the write looks at; empty when there is nothing to do."""
        times = self.klines.column("open_time")
        ends = list(self.covered or ())
        if len(times):
            ends += [times[0].as_py(), times[-1].as_py() + 1]
        return (min(ends), max(ends)) if ends else (0, 0)


@dataclass(frozen=True, slots=True)
class Plan:
    """`rows` (in `STORED_SCHEMA`) to insert or replace, open times to withdraw, what goes on record.

    `replaced` of the rows take the place of another; bars that open at `refused` stay withdrawn.
    """

    rows: pa.Table
    withdrawn: list[int]
    revisions: list[Revision]
    result: WriteResult
    replaced: int = 0
    refused: Sequence[int] = ()

    @property
    def touched(self) -> tuple[int, int] | None:
        """First and last open time of a row that changes."""
        ends = pc.min_max(self.rows.column("open_time")).as_py()
        times = [*self.withdrawn, *([ends["min"], ends["max"]] if self.rows.num_rows else [])]
        return (min(times), max(times)) if times else None


def plan_write(batch: Batch, stored: pa.Table) -> Plan:
    """Compare a batch with the `stored` rows of its span (`STORED_SCHEMA`, by open time)."""
    if stored.num_rows == 0:
        rows = _stamped(batch.klines, batch)
        return Plan(rows, [], [], WriteResult(inserted=rows.num_rows))
    new_times, old_times = _times(batch.klines), _times(stored)
    known = np.isin(new_times, old_times)
    before = stored.take(pa.array(np.searchsorted(old_times, new_times[known])))
    after = batch.klines.filter(pa.array(known))
    replaced, kept = _replaced(before, after, batch)
    fresh = batch.klines.filter(pa.array(~known))
    changed, vouched = after.filter(replaced), after.filter(_vouched(before, after, batch))
    absent = _absent(batch, stored, np.isin(old_times, new_times))
    gone = absent.filter(pc.invert(_outranks(absent, batch)))
    unchanged = len(after) - len(changed) - kept
    kept += absent.num_rows - gone.num_rows
    revisions = _changes(before.filter(replaced), changed, batch) + _withdrawals(gone, batch)
    rows = _stamped(pa.concat_tables([fresh, changed, vouched]).sort_by("open_time"), batch)
    still_gone = pc.and_(
        _outranks(before, batch), pc.equal(before.column("finality"), str(Finality.WITHDRAWN))
    )
    return Plan(
        rows,
        gone.column("open_time").to_pylist(),
        sorted(revisions, key=lambda each: each.open_time),
        WriteResult(fresh.num_rows, changed.num_rows, gone.num_rows, unchanged, kept),
        changed.num_rows + vouched.num_rows,
        before.filter(still_gone).column("open_time").to_pylist(),
    )


def as_text(row: dict[str, object]) -> dict[str, str]:
    """A kline's values without its open time, as exact plain decimals."""
    return {
        name: f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
        for name, value in row.items()
        if name in KLINE_SCHEMA.names and name != "open_time"
    }


def _times(table: pa.Table) -> np.ndarray:
    return np.asarray(table.column("open_time").to_numpy())


def _stamped(klines: pa.Table, batch: Batch) -> pa.Table:
    stamps = [pa.repeat(str(stamp), klines.num_rows) for stamp in (batch.source, batch.finality)]
    return pa.table([*klines.select(KLINE_SCHEMA.names).columns, *stamps], schema=STORED_SCHEMA)


def _replaced(before: pa.Table, after: pa.Table, batch: Batch) -> tuple[pa.ChunkedArray, int]:
    """Which rows of `after` differ from `before` and may replace it; how many differ and must not."""
    differs = pc.or_(pc.not_equal(before.column("finality"), str(batch.finality)), _unequal(before, after))
    replaceable = [str(each) for each, rank in _RANK.items() if rank <= _RANK[batch.finality]]
    differs = pc.and_(differs, pc.is_in(before.column("finality"), pa.array(replaceable)))
    outranks = _outranks(before, batch)
    kept = pc.sum(pc.and_(differs, outranks)).as_py() or 0
    return pc.and_(differs, pc.invert(outranks)), kept


def _unequal(before: pa.Table, after: pa.Table) -> pa.ChunkedArray:
    differs = pc.not_equal(before.column("open_time"), after.column("open_time"))
    for name in KLINE_SCHEMA.names:
        differs = pc.or_(differs, pc.not_equal(before.column(name), after.column(name)))
    return differs


def _vouched(before: pa.Table, after: pa.Table, batch: Batch) -> pa.ChunkedArray:
    """Archived rows that REST confirms as they are: they are REST's from then on, above any file."""
    archived = pc.and_(
        pc.equal(before.column("source"), str(Source.ARCHIVE)),
        pc.equal(before.column("finality"), str(batch.finality)),
    )
    by_rest = batch.source is Source.REST and batch.finality is Finality.CONFIRMED
    return pc.and_(pc.and_(archived, pc.invert(_unequal(before, after))), by_rest)


def _outranks(stored: pa.Table, batch: Batch) -> pa.ChunkedArray:
    """Rows that an archive does not overrule: REST confirmed them, or said that they are gone."""
    by_archive = batch.source is Source.ARCHIVE
    confirmed = pc.equal(stored.column("finality"), str(Finality.CONFIRMED))
    by_rest = pc.and_(confirmed, pc.equal(stored.column("source"), str(Source.REST)))
    withdrawn = pc.equal(stored.column("finality"), str(Finality.WITHDRAWN))
    return pc.and_(pc.or_(by_rest, withdrawn), by_archive)


def _absent(batch: Batch, stored: pa.Table, answered: np.ndarray) -> pa.Table:
    """Stored rows inside the covered range that the confirmed answer does not have any more."""
    if batch.covered is None:
        return stored.slice(0, 0)
    start, end = batch.covered
    times = stored.column("open_time")
    inside = pc.and_(pc.greater_equal(times, start), pc.less(times, end))
    still_there = pc.not_equal(stored.column("finality"), str(Finality.WITHDRAWN))
    return stored.filter(pc.and_(pc.and_(inside, still_there), pa.array(~answered)))


def _changes(before: pa.Table, after: pa.Table, batch: Batch) -> list[Revision]:
    revised = pc.is_in(before.column("finality"), pa.array([str(each) for each in _REVISED]))
    pairs = zip(before.filter(revised).to_pylist(), after.filter(revised).to_pylist(), strict=True)
    return [
        Revision(old["open_time"], as_text(old), as_text(new), batch.source, batch.now) for old, new in pairs
    ]


def _withdrawals(gone: pa.Table, batch: Batch) -> list[Revision]:
    return [
        Revision(old["open_time"], as_text(old), None, batch.source, batch.now) for old in gone.to_pylist()
    ]

"""In-memory twins of the market stores, for tests: the same contract without a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from market.coverage import Covered, Hole, Revision
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Interval, Series
from market.kline import STORED_SCHEMA, Finality, Kline, Source
from market.ports import TICK_SCHEMA, SeriesStatus, SymbolInfo, WriteResult
from market.store.closed_plan import as_table, by_series
from market.store.coverage_plan import cover, replace_holes, standing
from market.store.exact_text import text_of_table
from market.store.kline_plan import Batch, Plan, plan_write
from market.store.kline_sql import FLOAT_SCHEMA, ORIGIN_SCHEMA, READABLE
from market.store.memory_changes import MemoryChangeLog
from market.store.tick_plan import check_exact, key_of
from market.tick import Tick


@dataclass(slots=True)
class _Held:
    rows: pa.Table = field(default_factory=STORED_SCHEMA.empty_table)
    coverage: list[Covered] = field(default_factory=list)
    holes: list[Hole] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)


class MemoryKlineStore:
    """`KlineStore` on Arrow tables."""

    def __init__(self, changes: MemoryChangeLog | None = None) -> None:
        self.changes = changes or MemoryChangeLog()
        self.symbols: dict[tuple[str, str], SymbolInfo] = {}
        self._held: dict[Series, _Held] = {}

    def register(self, info: SymbolInfo, interval: Interval) -> Series:
        """Make the series known (idempotent; refreshes the symbol's metadata)."""
        key = info.exchange, info.symbol
        self.symbols[key] = _refreshed(self.symbols.get(key, info), info)
        series = Series(info.exchange, info.symbol, interval)
        self._held.setdefault(series, _Held())
        return series

    def series(self) -> list[SeriesStatus]:
        """Every registered series, by exchange, symbol and interval."""
        return [self._status(series, held) for series, held in sorted(self._held.items(), key=lambda i: i[0])]

    def listed(self) -> list[tuple[Series, SymbolInfo]]:
        """Every registered series with its market, by exchange, symbol and interval."""
        return [(series, self.symbols[series.exchange, series.symbol]) for series in sorted(self._held)]

    def write(
        self,
        series: Series,
        klines: pa.Table,
        *,
        finality: Finality,
        source: Source,
        now: int,
        covered: tuple[int, int] | None = None,
        holes: Sequence[Hole] = (),
    ) -> WriteResult:
        """Rows, revisions, coverage, holes and the change-log lines."""
        batch = Batch(series, klines, finality, source, now, covered, tuple(holes))
        held = self._of(series)
        if batch.span[0] == batch.span[1]:
            return WriteResult()
        plan = plan_write(batch, _between(held.rows, *batch.span))
        held.rows = _applied(held.rows, plan)
        held.revisions += plan.revisions
        quality_changed = _cover(held, batch, plan.refused) or plan.revisions
        if plan.touched:
            self.changes.append("klines", str(series), *plan.touched)
        if quality_changed:
            self.changes.append("quality", str(series), batch.span[0], batch.span[1] - 1)
        return plan.result

    def write_closed(self, bars: Sequence[tuple[Series, Kline]], *, now: int) -> WriteResult:
        """Bars of many series as closed by the stream; of a bar given twice the last."""
        for series, _ in bars:
            self._of(series)
        results = [
            self.write(series, as_table(klines), finality=Finality.CLOSED, source=Source.STREAM, now=now)
            for series, klines in by_series(bars).items()
        ]
        return WriteResult(*(sum(column) for column in zip(*map(astuple, results), strict=True)))

    def read(
        self, series: Series, start: int, end: int, *, limit: int | None = None, newest: bool = False
    ) -> pa.Table:
        """Readable rows that open in `[start, end)`, oldest first; with `newest` the last `limit`."""
        rows = _with_finality(_between(self._of(series).rows, start, end), READABLE)
        if limit is None:
            return rows
        return rows.slice(max(0, len(rows) - limit)) if newest else rows.slice(0, limit)

    def count(self, series: Series, start: int, end: int) -> int:
        """How many readable rows open in `[start, end)`."""
        return len(_with_finality(_between(self._of(series).rows, start, end), READABLE))

    def read_text(
        self, series: Series, start: int, end: int, *, limit: int, newest: bool = False
    ) -> pa.Table:
        """Readable rows that open in `[start, end)`, oldest first, every value as text."""
        return text_of_table(self.read(series, start, end, limit=limit, newest=newest))

    def read_floats(self, series: Series, start: int, end: int, names: Sequence[str] = ()) -> pa.Table:
        """Confirmed rows only, prices and volumes as float64."""
        rows = self._of(series).rows.select([*FLOAT_SCHEMA.names, "finality"])
        found = as_floats(_with_finality(_between(rows, start, end), (Finality.CONFIRMED,)))
        return found.select(list(names)) if names else found

    def beside(self, series: Series, times: Sequence[int]) -> pa.Table:
        """Of each time the newest confirmed row at or before it and the first after it."""
        rows = self.read_floats(series, -END_OF_TIME, END_OF_TIME)
        after = np.searchsorted(rows["open_time"].to_numpy(), np.array(times, dtype=np.int64), side="right")
        near = np.unique(np.r_[after - 1, after])
        return rows.take(near[(near >= 0) & (near < rows.num_rows)])

    def read_origins(self, series: Series, start: int, end: int) -> pa.Table:
        """Readable rows that open in `[start, end)`, oldest first, in `ORIGIN_SCHEMA`."""
        rows = _with_finality(_between(self._of(series).rows, start, end), READABLE)
        return rows.select(ORIGIN_SCHEMA.names)

    def last_confirmed(self, series: Series) -> int | None:
        """Open time of the newest confirmed row."""
        last: int | None = pc.max(
            _with_finality(self._of(series).rows, (Finality.CONFIRMED,)).column("open_time")
        ).as_py()
        return last

    def coverage(self, series: Series) -> list[Covered]:
        """Confirmed ranges, merged and sorted."""
        return list(self._of(series).coverage)

    def holes(self, series: Series) -> list[Hole]:
        """Known holes, sorted."""
        return list(self._of(series).holes)

    def explain(self, series: Series, known: Sequence[Hole], holes: Sequence[Hole]) -> bool:
        """Other words for the holes that are `known`; False where there are others by now."""
        held = self._of(series)
        if held.holes != sorted(known):
            return False
        if set(holes) != set(known):
            held.holes = sorted(holes)
            ends = min(hole.start for hole in known), max(hole.end for hole in known)
            self.changes.append("quality", str(series), ends[0], ends[1] - 1)
        return True

    def revisions(self, series: Series, start: int = 0, end: int = END_OF_TIME) -> list[Revision]:
        """Changes of confirmed rows that open in `[start, end)`, in the order they were found."""
        return [each for each in self._of(series).revisions if start <= each.open_time < end]

    def _of(self, series: Series) -> _Held:
        if series not in self._held:
            raise InvalidInput(f"{series} is not in the store: register it first")
        return self._held[series]

    def _status(self, series: Series, held: _Held) -> SeriesStatus:
        opens = _with_finality(held.rows, READABLE).column("open_time")
        ends = pc.min_max(opens).as_py()
        return SeriesStatus(
            series,
            self.symbols[series.exchange, series.symbol],
            rows=len(opens),
            first_open=ends["min"],
            last_open=ends["max"],
            holes=len(held.holes),
            missing_bars=sum(hole.bars for hole in held.holes),
            revisions=len(held.revisions),
        )


class MemoryTickStore:
    """`TickStore` on a dict; symbols have to be registered in the kline store."""

    def __init__(self, klines: MemoryKlineStore) -> None:
        self._klines = klines
        self._ticks: dict[tuple[str, str, int], Tick] = {}

    def write(self, ticks: Sequence[Tick]) -> int:
        """Store samples (idempotent by exchange, symbol, time); returns how many were new."""
        check_exact(ticks)
        for each in ticks:
            self._check(each.exchange, each.symbol)
        new = {key_of(each): each for each in ticks if key_of(each) not in self._ticks}
        self._ticks.update(new)
        self._log(list(new))
        return len(new)

    def read(
        self, exchange: str, symbol: str, start: int, end: int, *, limit: int, newest: bool = False
    ) -> list[Tick]:
        """Samples in `[start, end)`, oldest first; with `newest` the last `limit` of them."""
        self._check(exchange, symbol)
        found = [
            tick
            for key, tick in sorted(self._ticks.items(), key=lambda item: item[0])
            if key[:2] == (exchange, symbol) and start <= tick.time < end
        ]
        return found[max(0, len(found) - limit) :] if newest else found[:limit]

    def read_text(
        self, exchange: str, symbol: str, start: int, end: int, *, limit: int, newest: bool = False
    ) -> pa.Table:
        """Samples in `[start, end)`, oldest first, in columns, every value as text."""
        ticks = self.read(exchange, symbol, start, end, limit=limit, newest=newest)
        columns = [pa.array([getattr(each, at.name) for each in ticks], at.type) for at in TICK_SCHEMA]
        return text_of_table(pa.table(columns, schema=TICK_SCHEMA))

    def purge(self, before: int) -> int:
        """Delete samples older than `before`; returns how many."""
        old = [key for key in self._ticks if key[2] < before]
        for key in old:
            del self._ticks[key]
        self._log(old)
        return len(old)

    def _check(self, exchange: str, symbol: str) -> None:
        if (exchange, symbol) not in self._klines.symbols:
            raise InvalidInput(f"{exchange}/{symbol} is not in the store: register it first")

    def _log(self, keys: Sequence[tuple[str, str, int]]) -> None:
        for exchange, symbol in sorted({key[:2] for key in keys}):
            times = [key[2] for key in keys if key[:2] == (exchange, symbol)]
            self._klines.changes.append("ticks", f"{exchange}/{symbol}", min(times), max(times))


def _refreshed(old: SymbolInfo, new: SymbolInfo) -> SymbolInfo:
    listed = [each.listed_at for each in (old, new) if each.listed_at is not None]
    return replace(
        new,
        tick_size=old.tick_size if new.tick_size is None else new.tick_size,
        lot_step=old.lot_step if new.lot_step is None else new.lot_step,
        listed_at=min(listed, default=None),
    )


def as_floats(rows: pa.Table) -> pa.Table:
    """Exact klines as `FLOAT_SCHEMA`, by way of their text as a server writes it.

    A cast straight from decimals may differ in the last bit, and a hash over the floats with it.
    """
    columns = [
        rows.column(each.name).cast(pa.string()).cast(each.type)
        if pa.types.is_floating(each.type)
        else rows.column(each.name)
        for each in FLOAT_SCHEMA
    ]
    return pa.Table.from_arrays(columns, schema=FLOAT_SCHEMA)


def _between(rows: pa.Table, start: int, end: int) -> pa.Table:
    times = rows.column("open_time")
    return rows.filter(pc.and_(pc.greater_equal(times, start), pc.less(times, end)))


def _with_finality(rows: pa.Table, finalities: Sequence[Finality]) -> pa.Table:
    return rows.filter(pc.is_in(rows.column("finality"), pa.array([str(each) for each in finalities])))


def _applied(rows: pa.Table, plan: Plan) -> pa.Table:
    replaced = pc.is_in(rows.column("open_time"), plan.rows.column("open_time").combine_chunks())
    gone = pc.is_in(rows.column("open_time"), pa.array(plan.withdrawn, pa.int64()))
    finality = pc.if_else(gone, str(Finality.WITHDRAWN), rows.column("finality"))
    rows = rows.set_column(rows.schema.get_field_index("finality"), "finality", finality)
    return pa.concat_tables([rows.filter(pc.invert(replaced)), plan.rows]).sort_by("open_time")


def _cover(held: _Held, batch: Batch, refused: Sequence[int]) -> bool:
    if batch.covered is None:
        return False
    before = held.coverage, held.holes
    held.coverage = cover(held.coverage, Covered(*batch.covered, batch.source, batch.now))
    interval = batch.series.interval
    found = [*batch.holes, *standing(held.holes, refused, interval)]
    held.holes = replace_holes(held.holes, batch.covered, found, interval)
    return (held.coverage, held.holes) != before

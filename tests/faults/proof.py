"""Database equals ledger: nothing lost, nothing invented, nothing altered, every hole there and explained."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from ingest.verify import verify_series
from market.interval import Series
from market.kline import KLINE_SCHEMA, Finality, klines_from_rows
from market.ports import KlineStore
from tests.simulator_fixture import Control

FOREVER = 2**53
FINAL_AFTER_MS = 3_000
Row = tuple[object, ...]


@dataclass(frozen=True)
class Difference:
    """What is wrong with a series; nothing is when it is false."""

    lost: list[int] = field(default_factory=list)
    invented: list[int] = field(default_factory=list)
    altered: list[int] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    holes: list[int] = field(default_factory=list)
    findings: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any((self.lost, self.invented, self.altered, self.days, self.holes, self.findings))

    def __str__(self) -> str:
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return "; ".join(f"{len(what)} {name}, first {what[0]}" for name, what in parts.items() if what)


def final_rows(control: Control, series: Series, start: int = 0) -> pa.Table:
    """What the exchange has served as final by now, from `start` on."""
    return _final(control, series, start, control.now())


def difference(
    store: KlineStore, control: Control, series: Series, start: int, *, slack_ms: int = 0
) -> Difference:
    """A series from `start` (a bar's open time) to the newest final bar, or to that of `slack_ms` ago."""
    now = control.now() - slack_ms
    expected = _final(control, series, start, now)
    end = series.interval.floor(now - FINAL_AFTER_MS)
    stored = store.read(series, start, end)
    same = stored.select(KLINE_SCHEMA.names).equals(expected)
    ledger, record = ({}, {}) if same else (by_time(expected), by_time(stored))
    confirmed = pc.all(pc.equal(stored.column("finality"), str(Finality.CONFIRMED))).as_py()
    findings = [each.detail for each in verify_series(store, series, control.now()) if not each.note]
    return Difference(
        sorted(ledger.keys() - record.keys()),
        sorted(record.keys() - ledger.keys()),
        sorted(at for at in ledger.keys() & record.keys() if ledger[at] != record[at]),
        unequal_days(expected, stored),
        sorted(_holes(store, series, start, end) ^ _missing(control, series, start, end)),
        findings if confirmed in (True, None) else [*findings, "a bar is not confirmed"],
    )


def _final(control: Control, series: Series, start: int, now: int) -> pa.Table:
    rows = klines_from_rows(control.ledger(series.symbol, series.interval.name, start))
    return rows.filter(pc.less(rows.column("close_time"), now - FINAL_AFTER_MS))


def half_there(store: KlineStore, series: Series, ledger: pa.Table) -> list[int]:
    """Bars inside the ranges that the record calls covered which are not as the ledger has them.

    What must hold at any moment, also after a kill: coverage never says more than the rows.
    """
    wrong: set[int] = set()
    opens = ledger.column("open_time")
    for each in store.coverage(series):
        due = ledger.filter(pc.and_(pc.greater_equal(opens, each.start), pc.less(opens, each.end)))
        stored = store.read(series, each.start, each.end).select(KLINE_SCHEMA.names)
        if not stored.equals(due):
            there, here = by_time(due), by_time(stored)
            wrong |= {at for at in there.keys() | here.keys() if there.get(at) != here.get(at)}
    return sorted(wrong)


def by_time(table: pa.Table) -> dict[int, Row]:
    """Rows by open time, in the columns that an exchange sends."""
    columns = [table.column(name).to_pylist() for name in KLINE_SCHEMA.names]
    return {row[0]: row for row in zip(*columns, strict=True)}


def unequal_days(expected: pa.Table, stored: pa.Table) -> list[date]:
    """Days (UTC) whose checksum differs."""
    there, here = day_checksums(expected), day_checksums(stored)
    return sorted(day for day in there.keys() | here.keys() if there.get(day) != here.get(day))


def day_checksums(table: pa.Table) -> dict[date, str]:
    """SHA-256 over the rows of each day as text, duplicates and order included."""
    days: dict[date, list[str]] = defaultdict(list)
    columns = [table.column(name).to_pylist() for name in KLINE_SCHEMA.names]
    for row in zip(*columns, strict=True):
        days[datetime.fromtimestamp(row[0] / 1000, UTC).date()].append(",".join(map(str, row)))
    return {day: hashlib.sha256("\n".join(lines).encode()).hexdigest() for day, lines in days.items()}


def _holes(store: KlineStore, series: Series, start: int, end: int) -> set[int]:
    opens = series.interval.opens
    return {at for hole in store.holes(series) for at in opens(max(hole.start, start), min(hole.end, end))}


def _missing(control: Control, series: Series, start: int, end: int) -> set[int]:
    found = control.holes(series.symbol, series.interval.name, start)
    return {at for hole in found for at in series.interval.opens(hole["start"], min(hole["end"], end))}

"""Market data: sources, stores, the clock and the change log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

import pyarrow as pa

from market.coverage import Covered, Hole, Revision
from market.interval import END_OF_TIME, Interval, Series
from market.kline import PRICE, VOLUME, Finality, Kline, Source
from market.tick import Tick

# The columns of samples of one symbol in bulk.
TICK_SCHEMA: Final = pa.schema(
    [
        ("time", pa.int64()),
        ("bid", PRICE),
        ("bid_quantity", VOLUME),
        ("ask", PRICE),
        ("ask_quantity", VOLUME),
        ("last", PRICE),
    ]
)


@dataclass(frozen=True, slots=True)
class SymbolInfo:
    """A market as the exchange lists it; only `TRADING` says that it trades.

    `derived` names kline columns that the exchange or a recording lacked. `tick_size` is the smallest step of
    a price, `lot_step` of a quantity, `listed_at` the open time of the first bar; None is not known.
    """

    exchange: str
    symbol: str
    base_asset: str
    quote_asset: str
    status: str
    derived: tuple[str, ...] = ()
    tick_size: Decimal | None = None
    lot_step: Decimal | None = None
    listed_at: int | None = None


@dataclass(frozen=True, slots=True)
class SeriesStatus:
    """A series with what the store holds of it (confirmed or closed rows that are not withdrawn)."""

    series: Series
    info: SymbolInfo
    rows: int
    first_open: int | None
    last_open: int | None
    holes: int
    missing_bars: int
    revisions: int


@dataclass(frozen=True, slots=True)
class WriteResult:
    """What one write did: rows that were new, changed, withdrawn, or already there unchanged.

    `kept` rows were confirmed or withdrawn by REST, and the archive says otherwise: REST stands.
    """

    inserted: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0
    kept: int = 0

    def __add__(self, other: WriteResult) -> WriteResult:
        """What both did."""
        return WriteResult(
            self.inserted + other.inserted,
            self.changed + other.changed,
            self.withdrawn + other.withdrawn,
            self.unchanged + other.unchanged,
            self.kept + other.kept,
        )


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the change log: rows of `stream` with a time in `[from_time, to_time]` (inclusive) changed.

    `series` is `str(Series)`, or `exchange/SYMBOL` for ticks.
    """

    seq: int
    stream: str
    series: str
    from_time: int
    to_time: int


class Clock(Protocol):
    """The market clock."""

    def now(self) -> int:
        """Market time, ms UTC."""
        ...


class KlineSource(Protocol):
    """An exchange, read only."""

    exchange: str

    async def server_time(self) -> int:
        """The exchange's time, ms UTC."""
        ...

    async def symbol(self, name: str) -> SymbolInfo:
        """One market; `UnknownSymbol` where the exchange does not list it."""
        ...

    async def klines(
        self, symbol: str, interval: Interval, start: int | None, end: int | None, limit: int = 1000
    ) -> pa.Table:
        """One page: bars that open in `[start, end]` (inclusive), oldest first, as `KLINE_SCHEMA`."""
        ...

    async def close(self) -> None:
        """Give connections back."""
        ...


class KlineStore(Protocol):
    """Klines with their coverage, holes and revisions; `ingest` is the only writer."""

    def register(self, info: SymbolInfo, interval: Interval) -> Series:
        """Make the series known (idempotent; refreshes the symbol's metadata).

        What `info` does not know stays as it was; of two listing times the earlier one is kept.
        """
        ...

    def series(self) -> list[SeriesStatus]:
        """Every registered series."""
        ...

    def listed(self) -> list[tuple[Series, SymbolInfo]]:
        """Every registered series with its market; quick, because no row is counted."""
        ...

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
        """Rows, revisions, coverage, holes and the change-log line in one transaction.

        A row replaces one that is at most as final. A confirmed row that changes, or that is absent from
        the confirmed answer for `covered` (`[start, end)` of open times), becomes a revision; an absent one
        is withdrawn. Holes inside `covered` are replaced by `holes`.
        """
        ...

    def write_closed(self, bars: Sequence[tuple[Series, Kline]], *, now: int) -> WriteResult:
        """Bars of many series as closed by the stream, in one transaction; of a bar given twice the last.

        What is confirmed or withdrawn stays as it is.
        """
        ...

    def read(
        self, series: Series, start: int, end: int, *, limit: int | None = None, newest: bool = False
    ) -> pa.Table:
        """Readable rows (closed or confirmed) that open in `[start, end)`, oldest first, `STORED_SCHEMA`.

        With `newest` and a `limit`: the last `limit` rows of the range, still oldest first.
        """
        ...

    def count(self, series: Series, start: int, end: int) -> int:
        """How many readable rows open in `[start, end)`."""
        ...

    def read_text(
        self, series: Series, start: int, end: int, *, limit: int, newest: bool = False
    ) -> pa.Table:
        """Like `read`, every value as text: decimals exact and plain, without trailing zeros."""
        ...

    def read_floats(self, series: Series, start: int, end: int, names: Sequence[str] = ()) -> pa.Table:
        """Confirmed rows only, prices and volumes as float64; the columns `names`, or all of them."""
        ...

    def beside(self, series: Series, times: Sequence[int]) -> pa.Table:
        """Of each time the newest confirmed row at or before it and the first after it, as `read_floats`."""
        ...

    def read_origins(self, series: Series, start: int, end: int) -> pa.Table:
        """Readable rows that open in `[start, end)`, oldest first: `open_time`, `source`, `finality`."""
        ...

    def last_confirmed(self, series: Series) -> int | None:
        """Open time of the newest confirmed row."""
        ...

    def coverage(self, series: Series) -> list[Covered]:
        """Confirmed ranges, merged and sorted."""
        ...

    def holes(self, series: Series) -> list[Hole]:
        """Known holes, sorted."""
        ...

    def explain(self, series: Series, known: Sequence[Hole], holes: Sequence[Hole]) -> bool:
        """Say why the same bars are missing in other words: `holes` take the place of all that are `known`.

        False, and nothing is written, where other holes than those are on record by now. No row is touched.
        """
        ...

    def revisions(self, series: Series, start: int = 0, end: int = END_OF_TIME) -> list[Revision]:
        """Changes of confirmed rows that open in `[start, end)`, in the order they were found."""
        ...


class TickStore(Protocol):
    """Sampled ticks."""

    def write(self, ticks: Sequence[Tick]) -> int:
        """Store samples (idempotent by exchange, symbol, time); returns how many were new."""
        ...

    def read(
        self, exchange: str, symbol: str, start: int, end: int, *, limit: int, newest: bool = False
    ) -> list[Tick]:
        """Samples in `[start, end)`, oldest first."""
        ...

    def read_text(
        self, exchange: str, symbol: str, start: int, end: int, *, limit: int, newest: bool = False
    ) -> pa.Table:
        """Like `read`, in the columns of `TICK_SCHEMA`, every value as text: decimals exact and plain."""
        ...

    def purge(self, before: int) -> int:
        """Delete samples older than `before`; returns how many."""
        ...


class ChangeLog(Protocol):
    """The change log, as a follower reads it."""

    def epoch(self) -> str:
        """Identity of this log; another one means: rebuild."""
        ...

    def oldest(self) -> int:
        """Smallest `seq` still kept (1 when none was trimmed)."""
        ...

    def head(self) -> int:
        """Largest `seq` given out, 0 for an empty log."""
        ...

    def read(self, after: int, limit: int = 1000) -> list[Change]:
        """Lines with `seq > after`, in order."""
        ...

    def lag(self, after: int) -> tuple[int, int]:
        """How many numbers were given out after this one, and the age (ms) of the first line of them."""
        ...


TRIMMED_AT_ONCE: Final = 50_000


class LogTrimmer(Protocol):
    """Who may shorten the change log, and nothing else."""

    def trim(self, up_to: int, keep_s: float, most: int = TRIMMED_AT_ONCE) -> int:
        """Delete lines from the far end that are older than `keep_s` and not after `up_to`; how many.

        Never more than `most`, so that it takes a moment only: whoever gets as many asks again.
        """
        ...

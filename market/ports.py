"""What the rooms ask of the outside world. Adapters and their in-memory twins pass the same contract tests.

Every time is ms UTC of market time. Stores raise `StoreUnavailable` (try again) or `StoreRefused`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from market.coverage import Covered, Hole, Revision
from market.decision import Action, Decision, Origin, Outcome, Role, Status
from market.interval import Interval, Series
from market.kline import Finality, Source
from market.tick import Tick


@dataclass(frozen=True, slots=True)
class SymbolInfo:
    """A market as the exchange lists it. `derived` names kline columns that a recording lacked."""

    exchange: str
    symbol: str
    base_asset: str
    quote_asset: str
    status: str
    derived: tuple[str, ...] = ()


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
    """What one write did: rows that were new, changed, withdrawn, or already there unchanged."""

    inserted: int = 0
    changed: int = 0
    withdrawn: int = 0
    unchanged: int = 0

    @property
    def rows_written(self) -> int:
        """Rows of the table that the write touched."""
        return self.inserted + self.changed + self.withdrawn


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
        """Make the series known (idempotent; refreshes the symbol's metadata)."""
        ...

    def series(self) -> list[SeriesStatus]:
        """Every registered series."""
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

    def read(
        self, series: Series, start: int, end: int, *, limit: int | None = None, newest: bool = False
    ) -> pa.Table:
        """Readable rows (closed or confirmed) that open in `[start, end)`, oldest first, `STORED_SCHEMA`.

        With `newest` and a `limit`: the last `limit` rows of the range, still oldest first.
        """
        ...

    def read_floats(self, series: Series, start: int, end: int) -> pa.Table:
        """Confirmed rows only, prices and volumes as float64: what the feature matrix is made from."""
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

    def revisions(self, series: Series) -> list[Revision]:
        """Changes of confirmed rows, in the order they were found."""
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


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions to read; empty fields do not filter. `start`/`end` bound the candle's open time `[)`.

    `origins` picks the table: ledger (live, late) or back-test (needs or implies the newest `run_id`s).
    `after` is the cursor: the last decision's `(open_time, id)` of the page before.
    """

    exchange: str | None = None
    symbol: str | None = None
    interval: str | None = None
    role: Role | None = None
    model_id: str | None = None
    run_id: str | None = None
    start: int | None = None
    end: int | None = None
    actions: tuple[Action, ...] = ()
    statuses: tuple[Status, ...] = ()
    reasons: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    after: tuple[int, str] | None = None
    newest: bool = False
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with its outcome (None while nothing is recorded: pending)."""

    decision: Decision
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A trained model: its card is JSON-able; `files` maps file name to sha256."""

    model_id: str
    series: Series
    role: Role
    kind: str
    trained_at: int
    train_start: int
    train_end: int
    horizon: int
    active: bool
    card: Mapping[str, object]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BacktestRun:
    """A walk-forward back-test: metrics are JSON-able; equity is `(time, equity, buy_and_hold)` points."""

    run_id: str
    series: Series
    role: Role
    kind: str
    created_at: int
    start: int
    end: int
    metrics: Mapping[str, object]
    equity: Sequence[tuple[int, float, float]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Job:
    """A long-running piece of work; `progress` is a fraction."""

    job_id: str
    kind: str
    series: str
    state: str
    progress: float
    message: str
    started_at: int
    finished_at: int | None


class DecisionStore(Protocol):
    """The ledger, its outcomes, models, back-tests and jobs; `model_service` is the only writer."""

    def append(self, decisions: Sequence[Decision]) -> int:
        """Append to the ledger in order (one series and role); candles already decided are left alone."""
        ...

    def record_outcomes(self, outcomes: Sequence[Outcome]) -> int:
        """Append outcomes of ledger decisions, once each."""
        ...

    def last(self, series: Series, role: Role) -> Decision | None:
        """The newest decision in the ledger."""
        ...

    def undecided(self, series: Series, role: Role, since: int, limit: int = 1000) -> list[int]:
        """Open times of confirmed bars from `since` on that lack a decision, oldest first."""
        ...

    def without_outcome(self, series: Series, role: Role, limit: int = 1000) -> list[Decision]:
        """Ledger decisions whose outcome is not recorded, oldest first."""
        ...

    def read(self, wanted: DecisionFilter) -> list[Decided]:
        """Decisions with outcomes, by candle (oldest first, or newest first with `newest`)."""
        ...

    def get(self, decision_id: str) -> Decided | None:
        """One decision, from the ledger or a back-test."""
        ...

    def verify(self, series: Series, role: Role) -> list[str]:
        """Walk the hash chains of ledger and outcomes; what is broken, in words."""
        ...

    def save_model(self, model: ModelRecord) -> None:
        """Register a model; an active one takes the place of the active one of its series and role."""
        ...

    def models(self, series: Series | None = None, *, active_only: bool = False) -> list[ModelRecord]:
        """Registered models, newest first."""
        ...

    def save_backtest(self, run: BacktestRun, decided: Sequence[Decided]) -> None:
        """Store a run with its decisions and outcomes in one transaction (idempotent by run id)."""
        ...

    def backtests(self, series: Series | None = None) -> list[BacktestRun]:
        """Runs, newest first."""
        ...

    def save_job(self, job: Job) -> None:
        """Insert or update a job."""
        ...

    def jobs(self, limit: int = 100) -> list[Job]:
        """Jobs, newest first."""
        ...

"""Decisions, outcomes, models, back-tests and jobs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import pyarrow as pa

from market.decision import Action, Decision, Origin, Outcome, Role, Status
from market.interval import END_OF_TIME, Series
from market.ports.pages import SeriesPage
from market.ports.tally import LedgerSpan, Measured, Step, Tally


@dataclass(frozen=True, slots=True)
class DecisionFilter:
    """Which decisions to read; empty fields do not filter. `start`/`end` bound the candle's open time `[)`.

    `origins` picks the table: ledger (live, late) or back-test (needs or implies the newest `run_id`s).
    `symbols` are allowed beside each other; `symbol` is the short form for one.
    `after` is the cursor: the last decision's `(open_time, id)` of the page before. `runs` is what
    `DecisionStore.runs_of` found for the first page; None looks for them anew.
    """

    exchange: str | None = None
    symbol: str | None = None
    symbols: tuple[str, ...] = ()
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
    runs: tuple[str, ...] | None = None
    newest: bool = False
    limit: int = 1000


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with its outcome (None while nothing is recorded: pending)."""

    decision: Decision
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """A trained model: its card is JSON-able; `files` maps file name to sha256.

    `activated_at` is the market time since when it may decide; None for one that was blocked or withdrawn.
    """

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
    activated_at: int | None = None

    def __post_init__(self) -> None:
        if self.active and self.activated_at is None:
            object.__setattr__(self, "activated_at", self.trained_at)


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
class OpenedPeriod:
    """What a release scored on candles that nothing before it had judged; times are open times ms UTC."""

    series: Series
    role: Role
    release: str
    opened_at: int
    start: int
    end: int
    metrics: Mapping[str, object]


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


@dataclass(frozen=True, slots=True)
class Trial:
    """A configuration that was tried on a series first at `tried_at`; its net Sharpe ratio per candle."""

    series: Series
    fingerprint: str
    sharpe_per_bar: float
    tried_at: int


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a hash chain (`decisions` or `outcomes`) of the ledger ends: its length and its last hash."""

    series: Series
    role: Role
    chain: str
    number: int
    hash: str


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

    def listed(self, wanted: DecisionFilter) -> pa.Table:
        """What `read` finds, in columns and without explanations (`LISTED_SCHEMA`), in the same order."""
        ...

    def measured(self, wanted: DecisionFilter) -> Measured:
        """At most `wanted.limit` of the decisions that are meant, by kind and in numbers."""
        ...

    def runs_of(self, wanted: DecisionFilter) -> tuple[str, ...]:
        """The back-tests that are meant: the run that is named, else the newest of each series and role."""
        ...

    def get(self, decision_id: str) -> Decided | None:
        """One decision, from the ledger or a back-test."""
        ...

    def verify(self, series: Series, role: Role, anchors: Sequence[ChainHead] = ()) -> list[str]:
        """Walk the hash chains of ledger and outcomes; what is broken, in words.

        `anchors` are heads that were written down elsewhere; a chain that no longer holds one is broken.
        """
        ...

    def chain_heads(self) -> list[ChainHead]:
        """The head of every chain, to be anchored outside the store."""
        ...

    def tally(self, series: Series, role: Role, start: int, end: int) -> list[Tally]:
        """Ledger decisions on candles that open in `[start, end)`, counted by kind and fate."""
        ...

    def span(self, series: Series, role: Role, start: int, end: int) -> LedgerSpan | None:
        """How many candles of `[start, end)` the ledger decided; None where it holds nothing."""
        ...

    def scored(self, series: Series, role: Role, start: int, end: int, limit: int) -> pa.Table:
        """Ledger decisions in `[start, end)` without their explanations, oldest first, `SCORED_SCHEMA`."""
        ...

    def moments(self, series: Series, role: Role, open_times: Sequence[int]) -> pa.Table:
        """Of the ledger decisions on these candles, oldest first, `MOMENT_SCHEMA`."""
        ...

    def steps(self, series: Series, role: Role, start: int, end: int) -> list[Step]:
        """Where an issued BUY or SELL in `[start, end)` moved the position, oldest first."""
        ...

    def record_trial(self, series: Series, fingerprint: str, sharpe: float, now: int) -> list[float]:
        """Note a tried configuration; the per-bar Sharpe ratios of the others tried on this series."""
        ...

    def trials(self, series: Series) -> list[Trial]:
        """What was tried on the series, in the order it came."""
        ...

    def save_model(self, model: ModelRecord) -> None:
        """Register a model; an active one takes the place of the active one of its series and role."""
        ...

    def models(self, series: Series | None = None, *, active_only: bool = False) -> list[ModelRecord]:
        """Registered models, newest first."""
        ...

    def model(self, model_id: str) -> ModelRecord | None:
        """One registered model."""
        ...

    def model_page(
        self, page: SeriesPage, role: Role | None = None, *, active_only: bool = False
    ) -> list[ModelRecord]:
        """Registered models by when they were trained; of the card they have the verdict alone."""
        ...

    def spoken_for(self, role: Role) -> list[Series]:
        """The series that a model was ever registered for, in order."""
        ...

    def save_backtest(self, run: BacktestRun, decided: Iterable[Decided]) -> None:
        """Store a run with its decisions and outcomes in one transaction (idempotent by run id)."""
        ...

    def backtests(self, series: Series | None = None) -> list[BacktestRun]:
        """Runs, newest first."""
        ...

    def open_period(self, period: OpenedPeriod) -> OpenedPeriod:
        """Store what a release found, once: a second time gives back what was stored the first time."""
        ...

    def opened_periods(self, series: Series | None = None) -> list[OpenedPeriod]:
        """Untouched periods that were opened, newest first."""
        ...

    def save_job(self, job: Job) -> None:
        """Insert or update a job."""
        ...

    def begin_job(self, job: Job, dead_after_s: float) -> Job:
        """Store a new job, unless one of its series lives; the job that lives now. At once only one begins.

        A job lives until it is finished, or nothing was told of it for so many seconds of wall time.
        """
        ...

    def jobs(self, limit: int = 100, *, since: int = 0, end: int = END_OF_TIME) -> list[Job]:
        """Jobs that were started in `[since, end)`, newest first."""
        ...

    def job(self, job_id: str) -> Job | None:
        """One job."""
        ...

    def job_page(self, page: SeriesPage, states: Sequence[str] = ()) -> list[Job]:
        """Jobs by when they were started, in one of the states if there are any."""
        ...

"""`DecisionStore` on MySQL and MariaDB: each method is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pyarrow as pa

from market.decision import Decision, Outcome, Role
from market.interval import END_OF_TIME, Series
from market.ports import (
    BacktestRun,
    ChainHead,
    Decided,
    DecisionFilter,
    Job,
    LedgerSpan,
    Measured,
    ModelRecord,
    OpenedPeriod,
    SeriesPage,
    Step,
    Tally,
    Trial,
)
from market.store import (
    backtests,
    decisions_find,
    decisions_ledger,
    decisions_list,
    decisions_measure,
    decisions_read,
    decisions_scored,
    decisions_tally,
    jobs,
    models,
    releases,
    trials,
)
from market.store.connection import Database
from market.store.decisions_chain import chains_of
from market.store.registry import find_series


class MySQLDecisionStore:
    """The ledger, its outcomes, models, back-tests and jobs; `model_service` is the only writer."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def append(self, decisions: Sequence[Decision]) -> int:
        """Append to the ledger in order (one series and role); candles already decided are left alone."""
        if not decisions:
            return 0
        with self._db.transaction() as cursor:
            series_id = find_series(cursor, decisions[0].series)
            return decisions_ledger.append_decisions(cursor, series_id, decisions)

    def record_outcomes(self, outcomes: Sequence[Outcome]) -> int:
        """Append outcomes of ledger decisions, once each; a transaction per series and role."""
        written = 0
        for series, chain in chains_of(outcomes):
            with self._db.transaction() as cursor:
                series_id = find_series(cursor, series)
                written += decisions_ledger.append_outcomes(cursor, series_id, chain)
        return written

    def last(self, series: Series, role: Role) -> Decision | None:
        """The ledger's newest candle."""
        with self._db.transaction() as cursor:
            return decisions_read.last_decision(cursor, find_series(cursor, series), role)

    def undecided(self, series: Series, role: Role, since: int, limit: int = 1000) -> list[int]:
        """Open times of confirmed bars from `since` on that lack a decision, oldest first."""
        with self._db.transaction() as cursor:
            series_id = find_series(cursor, series)
            return decisions_read.undecided_bars(cursor, series_id, role, since, limit)

    def without_outcome(self, series: Series, role: Role, limit: int = 1000) -> list[Decision]:
        """Ledger decisions whose outcome is not recorded, oldest first."""
        with self._db.transaction() as cursor:
            series_id = find_series(cursor, series)
            return decisions_read.decisions_without_outcome(cursor, series_id, role, limit)

    def read(self, wanted: DecisionFilter) -> list[Decided]:
        """Decisions with outcomes, by candle (oldest first, or newest first with `newest`)."""
        with self._db.transaction() as cursor:
            return decisions_read.read_decisions(cursor, wanted)

    def listed(self, wanted: DecisionFilter) -> pa.Table:
        """What `read` finds, in columns and without explanations (`LISTED_SCHEMA`), in the same order."""
        with self._db.transaction() as cursor:
            return decisions_list.list_decisions(cursor, wanted)

    def measured(self, wanted: DecisionFilter) -> Measured:
        """At most `wanted.limit` of the decisions that are meant, by kind and in numbers."""
        with self._db.transaction(binary=True) as cursor:
            # One view of both: what is appended meanwhile is counted in both or in none.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            return decisions_measure.measure_decisions(cursor, wanted)

    def runs_of(self, wanted: DecisionFilter) -> tuple[str, ...]:
        """The back-tests that are meant: the run that is named, else the newest of each series and role."""
        with self._db.transaction() as cursor:
            return decisions_find.runs_of(cursor, wanted)

    def get(self, decision_id: str) -> Decided | None:
        """One decision, from the ledger or a back-test."""
        with self._db.transaction() as cursor:
            return decisions_read.decision_by_id(cursor, decision_id)

    def verify(self, series: Series, role: Role, anchors: Sequence[ChainHead] = ()) -> list[str]:
        """Walk the hash chains of ledger and outcomes; what is broken, in words."""
        with self._db.transaction() as cursor:
            # One view of rows and heads: what the scorer appends meanwhile is no row behind the head.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            series_id = find_series(cursor, series)
            return decisions_ledger.verify_chains(cursor, series_id, series, role, anchors)

    def chain_heads(self) -> list[ChainHead]:
        """The head of every chain, to be anchored outside the store."""
        with self._db.transaction() as cursor:
            return decisions_ledger.heads(cursor)

    def tally(self, series: Series, role: Role, start: int, end: int) -> list[Tally]:
        """Ledger decisions on candles that open in `[start, end)`, counted by kind and fate."""
        with self._db.transaction() as cursor:
            series_id = find_series(cursor, series)
            return decisions_tally.count_ledger(cursor, series_id, series, role, start, end)

    def span(self, series: Series, role: Role, start: int, end: int) -> LedgerSpan | None:
        """How many candles of `[start, end)` the ledger decided; None where it holds nothing."""
        with self._db.transaction() as cursor:
            series_id = find_series(cursor, series)
            return decisions_tally.span_of_ledger(cursor, series_id, series, role, start, end)

    def scored(self, series: Series, role: Role, start: int, end: int, limit: int) -> pa.Table:
        """Ledger decisions in `[start, end)` without their explanations, oldest first, `SCORED_SCHEMA`."""
        # The driver loses some memory with every prepared statement, and the first row is asked for often.
        with self._db.transaction(binary=limit > 1) as cursor:
            series_id = find_series(cursor, series)
            return decisions_scored.scored_rows(cursor, series_id, role, start, end, limit)

    def moments(self, series: Series, role: Role, open_times: Sequence[int]) -> pa.Table:
        """Of the ledger decisions on these candles, oldest first, `MOMENT_SCHEMA`."""
        with self._db.transaction() as cursor:
            return decisions_scored.moments_of(cursor, find_series(cursor, series), role, open_times)

    def steps(self, series: Series, role: Role, start: int, end: int) -> list[Step]:
        """Where an issued BUY or SELL in `[start, end)` moved the position, oldest first."""
        with self._db.transaction() as cursor:
            return decisions_tally.steps_of_ledger(cursor, find_series(cursor, series), role, start, end)

    def record_trial(self, series: Series, fingerprint: str, sharpe: float, now: int) -> list[float]:
        """Note a tried configuration; the per-bar Sharpe ratios of the others tried on this series."""
        with self._db.transaction() as cursor:
            return trials.add_trial(cursor, series, fingerprint, sharpe, now)

    def trials(self, series: Series) -> list[Trial]:
        """What was tried on the series, in the order it came."""
        with self._db.transaction() as cursor:
            return trials.read_trials(cursor, series)

    def save_model(self, model: ModelRecord) -> None:
        """Register a model; an active one takes the place of the active one of its series and role."""
        with self._db.transaction() as cursor:
            models.save_model(cursor, find_series(cursor, model.series), model)

    def models(self, series: Series | None = None, *, active_only: bool = False) -> list[ModelRecord]:
        """Registered models, newest first."""
        with self._db.transaction() as cursor:
            return models.read_models(cursor, series, active_only)

    def model(self, model_id: str) -> ModelRecord | None:
        """One registered model."""
        with self._db.transaction() as cursor:
            return models.read_model(cursor, model_id)

    def model_page(
        self, page: SeriesPage, role: Role | None = None, *, active_only: bool = False
    ) -> list[ModelRecord]:
        """Registered models by when they were trained; of the card they have the verdict alone."""
        with self._db.transaction() as cursor:
            return models.read_model_page(cursor, page, role, active_only)

    def spoken_for(self, role: Role) -> list[Series]:
        """The series that a model was ever registered for, in order."""
        with self._db.transaction() as cursor:
            return models.series_of(cursor, role)

    def save_backtest(self, run: BacktestRun, decided: Iterable[Decided]) -> None:
        """Store a run with its decisions and outcomes (idempotent by run id)."""
        with self._db.transaction() as cursor:
            backtests.save_run(cursor, find_series(cursor, run.series), run, decided)

    def backtests(self, series: Series | None = None) -> list[BacktestRun]:
        """Runs, newest first."""
        with self._db.transaction() as cursor:
            return backtests.read_runs(cursor, series)

    def open_period(self, period: OpenedPeriod) -> OpenedPeriod:
        """Store what a release found, once: a second time gives back what was stored the first time."""
        with self._db.transaction() as cursor:
            return releases.open_period(cursor, find_series(cursor, period.series), period)

    def opened_periods(self, series: Series | None = None) -> list[OpenedPeriod]:
        """Untouched periods that were opened, newest first."""
        with self._db.transaction() as cursor:
            return releases.read_periods(cursor, series)

    def save_job(self, job: Job) -> None:
        """Insert or update a job."""
        with self._db.transaction() as cursor:
            jobs.save_job(cursor, job)

    def begin_job(self, job: Job, dead_after_s: float) -> Job:
        """Store a new job, unless one of its series lives; the job that lives now."""
        with self._db.transaction() as cursor:
            return jobs.begin_job(cursor, job, dead_after_s)

    def jobs(self, limit: int = 100, *, since: int = 0, end: int = END_OF_TIME) -> list[Job]:
        """Jobs that were started in `[since, end)`, newest first."""
        with self._db.transaction() as cursor:
            return jobs.read_jobs(cursor, limit, since, end)

    def job(self, job_id: str) -> Job | None:
        """One job."""
        with self._db.transaction() as cursor:
            return jobs.read_job(cursor, job_id)

    def job_page(self, page: SeriesPage, states: Sequence[str] = ()) -> list[Job]:
        """Jobs by when they were started, in one of the states if there are any."""
        with self._db.transaction() as cursor:
            return jobs.read_job_page(cursor, page, states)

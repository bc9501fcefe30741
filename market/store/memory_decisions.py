"""The in-memory twin of `MySQLDecisionStore`; it passes the same contract tests."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

import pyarrow as pa

from market.decision import Decision, Outcome, Role
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series
from market.kline import Finality
from market.ports import (
    MEASURED_SCHEMA,
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
from market.store.decisions_chain import DECISIONS, GENESIS, OUTCOMES, Link, broken, chained, chains_of
from market.store.memory import MemoryKlineStore
from market.store.memory_filter import matches, newest_runs
from market.store.memory_jobs import MemoryJobs
from market.store.memory_listed import listed_of
from market.store.memory_tally import count_decided, moments_of, scored_of, span_of, steps_of

Chain = tuple[Series, Role, str]


class MemoryDecisionStore:
    """Decisions beside the klines of a `MemoryKlineStore`, whose change log they share."""

    def __init__(self, klines: MemoryKlineStore) -> None:
        self.chains: dict[Chain, list[Link]] = defaultdict(list)
        self.heads: dict[Chain, ChainHead] = {}
        self._klines = klines
        self.changes = klines.changes
        self._models: dict[str, ModelRecord] = {}
        self._runs: dict[str, tuple[BacktestRun, list[Decided]]] = {}
        self._jobs = MemoryJobs(klines.changes)
        self._opened: dict[tuple[Series, Role, str], OpenedPeriod] = {}
        self._trials: dict[Series, dict[str, Trial]] = defaultdict(dict)

    def append(self, decisions: Sequence[Decision]) -> int:
        """Append to the ledger in order (one series and role); candles already decided are left alone."""
        if not decisions:
            return 0
        first = decisions[0]
        if any((each.series, each.role) != (first.series, first.role) for each in decisions):
            raise InvalidInput("decisions of several series or roles in one append")
        self._check(first.series)
        return self._extend((first.series, first.role, DECISIONS), decisions)

    def record_outcomes(self, outcomes: Sequence[Outcome]) -> int:
        """Append outcomes of ledger decisions, once each."""
        written = 0
        for series, chain in chains_of(outcomes):
            role = chain[0].role
            decided = self._by_time(series, role, DECISIONS)
            if lost := [each.open_time for each in chain if each.open_time not in decided]:
                raise InvalidInput(f"{series} {lost[0]}: an outcome without a decision in the ledger")
            written += self._extend((series, role, OUTCOMES), chain)
        return written

    def last(self, series: Series, role: Role) -> Decision | None:
        """The ledger's newest candle."""
        return max(self._decisions(series, role), key=lambda d: d.open_time, default=None)

    def undecided(self, series: Series, role: Role, since: int, limit: int = 1000) -> list[int]:
        """Open times of confirmed bars from `since` on that lack a decision, oldest first."""
        self._check(series)
        bars = self._klines.read(series, since, 1 << 62).to_pylist()
        confirmed = [bar["open_time"] for bar in bars if bar["finality"] == Finality.CONFIRMED]
        decided = self._by_time(series, role, DECISIONS)
        return [time for time in confirmed if time not in decided][:limit]

    def without_outcome(self, series: Series, role: Role, limit: int = 1000) -> list[Decision]:
        """Ledger decisions whose outcome is not recorded, oldest first."""
        judged = self._by_time(series, role, OUTCOMES)
        waiting = [d for d in self._decisions(series, role) if d.open_time not in judged]
        return sorted(waiting, key=lambda d: d.open_time)[:limit]

    def read(self, wanted: DecisionFilter) -> list[Decided]:
        """Decisions with outcomes, by candle (oldest first, or newest first with `newest`)."""
        found = sorted(self._candidates(wanted), key=lambda d: d.decision.open_time, reverse=wanted.newest)
        page: list[Decided] = []
        for each in found:
            # Ids cost more than times: only candles that may be on the page are put in order by them.
            if len(page) >= wanted.limit and each.decision.open_time != page[-1].decision.open_time:
                break
            if matches(each.decision, wanted):
                page.append(each)
        page.sort(key=lambda d: (d.decision.open_time, d.decision.id), reverse=wanted.newest)
        return page[: wanted.limit]

    def listed(self, wanted: DecisionFilter) -> pa.Table:
        """What `read` finds, in columns and without explanations (`LISTED_SCHEMA`), in the same order."""
        return listed_of(self.read(wanted))

    def measured(self, wanted: DecisionFilter) -> Measured:
        """At most `wanted.limit` of the decisions that are meant, by kind and in numbers."""
        found = self.listed(wanted)
        kinds = zip(*(found[name].to_pylist() for name in ("action", "status", "reason")), strict=True)
        return Measured(Counter(kinds), found.select(MEASURED_SCHEMA.names))

    def runs_of(self, wanted: DecisionFilter) -> tuple[str, ...]:
        """The back-tests that are meant: the run that is named, else the newest of each series and role."""
        return newest_runs([run for run, decided in self._runs.values() if decided], wanted)

    def get(self, decision_id: str) -> Decided | None:
        """One decision, from the ledger or a back-test."""
        everything = self._ledger() + [each for _, decided in self._runs.values() for each in decided]
        return next((each for each in reversed(everything) if each.decision.id == decision_id), None)

    def verify(self, series: Series, role: Role, anchors: Sequence[ChainHead] = ()) -> list[str]:
        """Walk the hash chains of ledger and outcomes; what is broken, in words."""
        self._check(series)
        mine = [anchor for anchor in anchors if (anchor.series, anchor.role) == (series, role)]
        found: list[str] = []
        for chain in (DECISIONS, OUTCOMES):
            key = (series, role, chain)
            found += broken(chain, self.chains[key], self.heads.get(key), mine)
        decided = self._by_time(series, role, DECISIONS)
        orphans = [
            link for link in self.chains[series, role, OUTCOMES] if link.entry.open_time not in decided
        ]
        return found + [f"outcomes {link.number}: its decision is missing" for link in orphans]

    def chain_heads(self) -> list[ChainHead]:
        """The head of every chain; of no row where there are rows without a head."""
        return [
            self.heads.get(key) or ChainHead(*key, 0, GENESIS)
            for key in sorted(self.chains)
            if key in self.heads or self.chains[key]
        ]

    def tally(self, series: Series, role: Role, start: int, end: int) -> list[Tally]:
        """Ledger decisions on candles that open in `[start, end)`, counted by kind and fate."""
        return count_decided(self._ledger_of(series, role), start, end)

    def span(self, series: Series, role: Role, start: int, end: int) -> LedgerSpan | None:
        """How many candles of `[start, end)` the ledger decided; None where it holds nothing."""
        candles = self._klines.read_floats(series, 0, 1 << 62)["open_time"].to_pylist()
        return span_of(self._ledger_of(series, role), candles, start, end)

    def scored(self, series: Series, role: Role, start: int, end: int, limit: int) -> pa.Table:
        """Ledger decisions in `[start, end)` without their explanations, oldest first, `SCORED_SCHEMA`."""
        return scored_of(self._ledger_of(series, role), start, end).slice(0, limit)

    def moments(self, series: Series, role: Role, open_times: Sequence[int]) -> pa.Table:
        """Of the ledger decisions on these candles, oldest first, `MOMENT_SCHEMA`."""
        return moments_of(self._ledger_of(series, role), open_times)

    def steps(self, series: Series, role: Role, start: int, end: int) -> list[Step]:
        """Where an issued BUY or SELL in `[start, end)` moved the position, oldest first."""
        return steps_of(self._ledger_of(series, role), start, end)

    def record_trial(self, series: Series, fingerprint: str, sharpe: float, now: int) -> list[float]:
        """Note a tried configuration; the per-bar Sharpe ratios of the others tried on this series."""
        self._check(series)
        known = self._trials[series]
        before = known.get(fingerprint)
        if before is None or before.sharpe_per_bar != sharpe:
            first = now if before is None else before.tried_at
            known[fingerprint] = Trial(series, fingerprint, sharpe, first)
            self.changes.append("trials", str(series), first, first)
        return [each.sharpe_per_bar for name, each in sorted(known.items()) if name != fingerprint]

    def trials(self, series: Series) -> list[Trial]:
        """What was tried on the series, in the order it came."""
        self._check(series)
        return sorted(self._trials[series].values(), key=lambda each: (each.tried_at, each.fingerprint))

    def save_model(self, model: ModelRecord) -> None:
        """Register a model; an active one takes the place of the active one of its series and role."""
        self._check(model.series)
        for each in self._models.values() if model.active else ():
            if (each.series, each.role) == (model.series, model.role):
                self._models[each.model_id] = replace(each, active=False)
        self._models[model.model_id] = model
        self._klines.changes.append("models", str(model.series), model.trained_at, model.trained_at)

    def models(self, series: Series | None = None, *, active_only: bool = False) -> list[ModelRecord]:
        """Registered models, newest first."""
        found = [
            m for m in self._models.values() if series in (None, m.series) and (m.active or not active_only)
        ]
        return sorted(found, key=lambda m: (-m.trained_at, m.model_id))

    def model(self, model_id: str) -> ModelRecord | None:
        """One registered model."""
        return self._models.get(model_id)

    def model_page(
        self, page: SeriesPage, role: Role | None = None, *, active_only: bool = False
    ) -> list[ModelRecord]:
        """Registered models by when they were trained; of the card they have the verdict alone."""
        found = [m for m in self.models(active_only=active_only) if role in (None, m.role)]
        light = [replace(m, card={"verdict": m.card.get("verdict")}) for m in found]
        return page.of(light, lambda m: m.series, lambda m: (m.trained_at, m.model_id))

    def spoken_for(self, role: Role) -> list[Series]:
        """The series that a model was ever registered for, in order."""
        return sorted({model.series for model in self._models.values() if model.role is role})

    def save_backtest(self, run: BacktestRun, decided: Iterable[Decided]) -> None:
        """Store a run with its decisions and outcomes (idempotent by run id)."""
        self._check(run.series)
        self._runs[run.run_id] = (run, list(decided))
        self._klines.changes.append("backtests", str(run.series), run.start, run.end)

    def backtests(self, series: Series | None = None) -> list[BacktestRun]:
        """Runs, newest first."""
        found = [run for run, _ in self._runs.values() if series in (None, run.series)]
        return sorted(found, key=lambda run: (-run.created_at, run.run_id))

    def open_period(self, period: OpenedPeriod) -> OpenedPeriod:
        """Store what a release found, once: a second time gives back what was stored the first time."""
        self._check(period.series)
        return self._opened.setdefault((period.series, period.role, period.release), period)

    def opened_periods(self, series: Series | None = None) -> list[OpenedPeriod]:
        """Untouched periods that were opened, newest first."""
        found = [each for each in self._opened.values() if series in (None, each.series)]
        return sorted(found, key=lambda each: (-each.opened_at, each.role, each.release))

    def save_job(self, job: Job) -> None:
        """Insert or update a job."""
        self._jobs.save(job)

    def begin_job(self, job: Job, dead_after_s: float) -> Job:
        """Store a new job, unless one of its series lives; the job that lives now."""
        return self._jobs.begin(job, dead_after_s)

    def jobs(self, limit: int = 100, *, since: int = 0, end: int = END_OF_TIME) -> list[Job]:
        """Jobs that were started in `[since, end)`, newest first."""
        return self._jobs.started(since, end)[:limit]

    def job(self, job_id: str) -> Job | None:
        """One job."""
        return self._jobs.find(job_id)

    def job_page(self, page: SeriesPage, states: Sequence[str] = ()) -> list[Job]:
        """Jobs by when they were started, in one of the states if there are any."""
        return self._jobs.page(page, states)

    def _check(self, series: Series) -> None:
        if series not in {each for each, _ in self._klines.listed()}:
            raise InvalidInput(f"{series} is not in the store: populate it first")

    def _extend(self, key: Chain, entries: Sequence[Decision] | Sequence[Outcome]) -> int:
        series, role, chain = key
        known = self._by_time(series, role, chain)
        head = self.heads.get(key) or ChainHead(series, role, chain, 0, GENESIS)
        links = list(chained([e for e in entries if e.open_time not in known], head.number, head.hash))
        if links:
            self.chains[key] += links
            self.heads[key] = replace(head, number=links[-1].number, hash=links[-1].hash)
            times = [link.entry.open_time for link in links]
            self._klines.changes.append("decisions", str(series), min(times), max(times))
        return len(links)

    def _by_time(self, series: Series, role: Role, chain: str) -> dict[int, Decision | Outcome]:
        return {link.entry.open_time: link.entry for link in self.chains[series, role, chain]}

    def _decisions(self, series: Series, role: Role) -> list[Decision]:
        links = self.chains[series, role, DECISIONS]
        return [link.entry for link in links if isinstance(link.entry, Decision)]

    def _ledger(self) -> list[Decided]:
        found = []
        for series, role, chain in list(self.chains):
            if chain == DECISIONS:
                outcomes = self._by_time(series, role, OUTCOMES)
                for decision in self._decisions(series, role):
                    outcome = outcomes.get(decision.open_time)
                    found.append(Decided(decision, outcome if isinstance(outcome, Outcome) else None))
        return found

    def _ledger_of(self, series: Series, role: Role) -> list[Decided]:
        self._check(series)
        return [d for d in self._ledger() if (d.decision.series, d.decision.role) == (series, role)]

    def _candidates(self, wanted: DecisionFilter) -> list[Decided]:
        runs = self.runs_of(wanted) if wanted.runs is None else wanted.runs
        ledger = self._ledger() if wanted.run_id is None else []
        return ledger + [each for run in runs for each in self._runs[run][1]]

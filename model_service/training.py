"""Training one series: walk-forward, final model, files, record; the old champion stays until the end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import pyarrow as pa

from market.decision import Role
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series
from market.kline import empty_klines
from market.ports import BacktestRun, DecisionStore, KlineStore, ModelRecord, TickStore
from market.tick import Tick
from model_service.card import card, judged, plain
from model_service.contamination import revised
from model_service.jobs import DONE, SKIPPED, STOPPED, Report, Stopped
from model_service.lifecycle.line_up import PROMOTED, kinds
from model_service.lifecycle.origin import origin
from model_service.matrix import data_hash
from model_service.naive import naive
from model_service.quotes import Quotes
from model_service.recorded_walk import recorded, thinned
from model_service.registry import Shelf, expires_at
from model_service.settings import ModelSettings
from model_service.spec import MAXIMUM_BARS, Spec
from model_service.train import train
from model_service.validation.opened import opened_before, shown
from model_service.validation.trials import fingerprint, record_trials
from model_service.verdict import BLOCKED
from model_service.walkforward import WalkForward, walk_forward

WALK_FORWARD: Final = "walk_forward"


@dataclass(frozen=True, slots=True)
class Workshop:
    """What training works with."""

    klines: KlineStore
    decisions: DecisionStore
    shelf: Shelf
    settings: ModelSettings
    ticks: TickStore | None = None

    def spec(self, series: Series, role: Role) -> Spec:
        """The configuration in force for a series and role."""
        s = self.settings
        costs = s.costs(series)
        return Spec(
            series.interval, s.horizon, costs.fee_bp, costs.slippage_bp, kind=self._kinds(series)[role],
            cool_down=s.cool_down, spoiled_limit=s.spoiled_limit, groups=s.groups,
            parameters=s.parameters,
        )  # fmt: skip

    def quotes(self, series: Series, spec: Spec, klines: pa.Table) -> list[Tick]:
        """The ticks that a model of this configuration reads beside the bars."""
        if not klines.num_rows:
            return []
        start, end = (int(klines["open_time"][i].as_py()) for i in (0, -1))
        return Quotes(self.ticks, spec.groups).closing(series, start, series.interval.next_open(end))

    def _kinds(self, series: Series) -> dict[Role, str]:
        return kinds(self.settings.line_up, self.decisions.models(series, active_only=True))


def train_series(shop: Workshop, series: Series, report: Report, *, force: bool) -> list[ModelRecord]:
    """Train, back-test and register every role of a series that has no current model; what came out.

    What was done when it was stopped stays.
    """
    due = due_roles(shop, series, force=force)
    klines = newest_bars(shop.klines, series) if due else empty_klines()
    made: list[ModelRecord] = []
    for done, role in enumerate(due):
        part = partial(_progress, report, done, len(due), role)
        try:
            made.append(_train_role(shop, series, role, klines, report.now(), part))
            part(1.0, "registered")
        except Stopped:
            report.end(SKIPPED, STOPPED)
            return made
    report.end(DONE if due else SKIPPED, "trained" if due else "the model in use is current")
    return made


def newest_bars(store: KlineStore, series: Series) -> pa.Table:
    """The newest `MAXIMUM_BARS` confirmed bars of a series, as `KlineStore.read_floats` gives them."""
    newest = store.last_confirmed(series) or 0
    return store.read_floats(series, newest - (MAXIMUM_BARS - 1) * series.interval.typical_ms, END_OF_TIME)


def due_roles(shop: Workshop, series: Series, *, force: bool) -> list[Role]:
    """The roles of a series that need a model."""
    newest = shop.klines.last_confirmed(series)
    return [
        role
        for role in shop.settings.line_up
        if force or newest is None or not is_current(shop, series, role, newest)
    ]


def is_current(shop: Workshop, series: Series, role: Role, newest: int) -> bool:
    """Whether a model of this configuration and code was judged, has its files, and is not expired."""
    judged = [r for r in shop.decisions.models(series) if r.role is role and (r.active or _blocked(r.card))]
    wanted = fingerprint(shop.spec(series, role))
    return any(
        record.card.get("fingerprint") == wanted and newest < expires_at(record) and shop.shelf.holds(record)
        for record in judged
    )


def _blocked(card: Mapping[str, object]) -> bool:
    """Too good to be true: kept for the leak suite, never put in charge."""
    return card.get("verdict") == BLOCKED


def backtest_series(shop: Workshop, series: Series, role: Role, report: Report) -> BacktestRun:
    """Run and store the walk-forward of a series alone; no model is touched."""
    klines = newest_bars(shop.klines, series)
    spec = shop.spec(series, role)
    changed = revised(shop.klines.revisions(series))
    walk = walk_forward(
        klines, spec, lambda done: report.say(done, f"{role}: walk-forward"), changed=changed,
        ticks=shop.quotes(series, spec, klines),
    )  # fmt: skip
    others = record_trials(shop.decisions, series, walk, report.now())
    run = _run(series, role, walk, report.now(), _run_id(series, role, spec, klines), others)
    shop.decisions.save_backtest(run, recorded(walk, run, spec, shop.klines))
    report.end(DONE, "back-tested")
    return run


def _train_role(
    shop: Workshop, series: Series, role: Role, klines: pa.Table, now: int, progress: Any
) -> ModelRecord:
    spec = shop.spec(series, role)
    changed = revised(shop.klines.revisions(series))
    ticks = shop.quotes(series, spec, klines)
    walk = walk_forward(
        klines, spec, lambda done: progress(0.9 * done, "walk-forward"), changed=changed, ticks=ticks
    )
    progress(0.92, "final model")
    model = train(klines, walk.spec, walk.out_of_fold, ticks)
    others = record_trials(shop.decisions, series, walk, now)
    run_id = _run_id(series, role, spec, klines)
    start, end = (int(klines["open_time"][i].as_py()) for i in (0, -1))
    model_id = run_id.removeprefix("wf-")
    files = shop.shelf.save(model, model_id)
    about = card(walk, model, others) | {
        **origin(walk, klines, spec, files),
        "naive": naive(klines.slice(0, klines.num_rows - walk.untouched_bars), replace(spec, groups=())),
        "fingerprint": fingerprint(spec),
        "window": {"start": start, "end": end, "bars": klines.num_rows, "sha256": data_hash(klines)},
        "backtest_run": run_id,
        "simulated": series.exchange == "simulated",
    }
    about |= shown(opened_before(shop.decisions, series, role, fingerprint(spec)))
    if spec.kind != shop.settings.line_up[role]:
        about[PROMOTED] = True
    progress(0.94, "storing the back-test")
    _save_run(shop, _run(series, role, walk, now, run_id, others), walk, spec)
    record = ModelRecord(
        model_id, series, role, spec.kind, now, start, end, spec.horizon, not _blocked(about), about, files
    )
    _demand_place(shop, series, role, spec.kind)
    shop.decisions.save_model(record)
    return record


def _demand_place(shop: Workshop, series: Series, role: Role, kind: str) -> None:
    """A promotion or roll-back meanwhile gave the role to another kind: this model would undo it."""
    wanted = shop.spec(series, role).kind
    if kind != wanted:
        raise InvalidInput(
            f"{series}: the {role} became {wanted} while a {kind} was trained for it; train again"
        )


def _save_run(shop: Workshop, run: BacktestRun, walk: WalkForward, spec: Spec) -> None:
    # docs/decisions/0010-decisions-of-challengers.md says why training leaves out the others' rows.
    decided = recorded(walk, run, spec, shop.klines) if run.role is Role.CHAMPION else ()
    shop.decisions.save_backtest(run, decided)


def _run(
    series: Series, role: Role, walk: WalkForward, now: int, run_id: str, trials: Sequence[float]
) -> BacktestRun:
    times = walk.open_times
    return BacktestRun(
        run_id,
        series,
        role,
        WALK_FORWARD,
        now,
        int(times[0]),
        int(times[-1]),
        {key: plain(value) for key, value in judged(walk, trials).items()},
        thinned(walk),
    )


def _run_id(series: Series, role: Role, spec: Spec, klines: pa.Table) -> str:
    content = f"{series}|{role}|{fingerprint(spec)}|{data_hash(klines)}"
    name = f"{series.symbol}-{series.interval}".lower()[:40]
    return f"wf-{name}-{role}-{hashlib.sha256(content.encode()).hexdigest()[:16]}"


def _progress(report: Report, done: int, parts: int, role: Role, fraction: float, message: str) -> None:
    report.say((done + fraction) / parts, f"{role}: {message}")

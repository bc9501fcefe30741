"""Whether a decision in memory is one that a filter means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from market.decision import Decision, Origin, Role
from market.interval import Series
from market.ports import BacktestRun, DecisionFilter


def matches(decision: Decision, wanted: DecisionFilter) -> bool:
    """All that it asks for, the cursor included."""
    series = decision.series
    exact = (
        (wanted.exchange, series.exchange),
        (wanted.symbol, series.symbol),
        (wanted.interval, series.interval.name),
        (wanted.role, decision.role),
        (wanted.model_id, decision.model_id),
    )
    choices: tuple[tuple[Sequence[object], object], ...] = (
        (wanted.symbols, series.symbol),
        (wanted.actions, decision.action),
        (wanted.statuses, decision.status),
        (wanted.reasons, decision.reason),
        (wanted.origins, decision.origin),
    )
    return (
        (wanted.start is None or decision.open_time >= wanted.start)
        and (wanted.end is None or decision.open_time < wanted.end)
        and all(asked in (None, value) for asked, value in exact)
        and all(not asked or value in asked for asked, value in choices)
        and (wanted.after is None or _behind(decision, wanted.after, newest=wanted.newest))
    )


def newest_runs(runs: Iterable[BacktestRun], wanted: DecisionFilter) -> tuple[str, ...]:
    """The run that is named, else the newest of every series and role; in the order of their names."""
    if wanted.origins and Origin.BACKTEST not in wanted.origins:
        return ()
    newest: dict[tuple[Series, Role], str] = {}
    for run in sorted(runs, key=lambda run: (run.created_at, run.run_id)):
        exact = (
            (wanted.exchange, run.series.exchange),
            (wanted.symbol, run.series.symbol),
            (wanted.interval, run.series.interval.name),
            (wanted.role, run.role),
            (wanted.run_id, run.run_id),
        )
        among = not wanted.symbols or run.series.symbol in wanted.symbols
        if among and all(asked in (None, value) for asked, value in exact):
            newest[run.series, run.role] = run.run_id
    return tuple(sorted(newest.values()))


def _behind(decision: Decision, after: tuple[int, str], *, newest: bool) -> bool:
    place = (decision.open_time, decision.id)
    return place < after if newest else place > after

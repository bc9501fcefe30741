"""A walk-forward as decisions with outcomes, the way the ledger writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

import numpy as np

from market.decision import Decision, Origin, Outcome
from market.outcome import outcome
from market.ports import BacktestRun, Decided, KlineStore
from model_service.feature_code import feature_code_hash
from model_service.spec import Spec
from model_service.walkforward import WalkForward

_EQUITY_POINTS: Final = 1_500
_DIGITS: Final = 9


def recorded(walk: WalkForward, run: BacktestRun, spec: Spec, store: KlineStore) -> Iterator[Decided]:
    """One decision per scored bar. Features are left out: they follow from the candles at any time."""
    exact = store.read(run.series, run.start, run.end + 1)
    times = exact["open_time"].to_pylist()
    closes = dict(zip(times, exact["close"].to_pylist(), strict=True))
    opens = dict(zip(times, exact["open"].to_pylist(), strict=True))
    contributions = np.round(walk.scores.contributions, _DIGITS)
    newest = int(walk.open_times[-1])
    return (
        _decided(walk, i, run, spec, closes[int(time)], opens, contributions[i], newest)
        for i, time in enumerate(walk.open_times)
    )


def _decided(
    walk: WalkForward,
    i: int,
    run: BacktestRun,
    spec: Spec,
    close: Decimal,
    opens: dict[int, Decimal],
    contributions: Sequence[float],
    newest: int,
) -> Decided:
    open_time, ruling, score = int(walk.open_times[i]), walk.rulings[i], walk.scores.at(i)
    known = bool(np.isfinite(score.probability))
    decision = Decision(
        series=run.series,
        role=run.role,
        open_time=open_time,
        close_time=run.series.interval.close_time(open_time),
        origin=Origin.BACKTEST,
        model_id=run.run_id,
        action=ruling.action,
        status=ruling.status,
        reason=ruling.reason,
        price=close,
        probability=score.probability,
        expected_gain=score.expected_gain,
        gain_low=score.gain_low,
        gain_high=score.gain_high,
        cost=spec.costs.round_trip,
        horizon=spec.horizon,
        position_before=walk.before[i],
        position_after=ruling.position_after,
        decided_at=run.created_at,
        would_be=ruling.would_be,
        run_id=run.run_id,
        contributions=dict(zip(walk.features.columns, map(float, contributions), strict=True))
        if known
        else {},
        base=float(walk.scores.base[i]) if known else 0.0,
        data_hash=walk.data_hash,
        features_hash=feature_code_hash(),
    )
    became: Outcome | None = outcome(decision, opens, newest, run.created_at)
    return Decided(decision, became)


def thinned(walk: WalkForward) -> tuple[tuple[int, float, float], ...]:
    """About 1,500 points `(open time, worth of decisions, worth of buy-and-hold)`, with the last."""
    last = len(walk.open_times) - 1
    places = sorted({*range(0, last + 1, max(1, last // _EQUITY_POINTS)), last})
    return tuple((int(walk.open_times[i]), float(walk.curve[i]), float(walk.hold_curve[i])) for i in places)

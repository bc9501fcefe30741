"""Candles that champion and challenger both decided live, with what became of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from market.decision import Decision, Origin, OutcomeState, Position, Role
from market.interval import Series
from market.outcome import Floats, Times
from market.ports import Decided, DecisionFilter, DecisionStore, KlineStore, ModelRecord
from model_service.backtest import equity
from model_service.candles import read_window
from model_service.spec import Spec

NEWEST: Final = 2_000
_SAMPLES: Final = 50
_SMALLEST_P: Final = 1e-6
_TOLERANCE: Final = 1e-6
Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Matched:
    """Vectors over the candles, oldest first; `up` is 1.0 where the gain was above zero."""

    times: Times
    up: Floats
    probability: dict[Role, Floats]
    long: dict[Role, Booleans]
    decided: list[Decision]

    def loss_difference(self) -> Floats:
        """Log-loss of the challenger less that of the champion, candle by candle."""
        losses = {role: log_loss(p, self.up) for role, p in self.probability.items()}
        return losses[Role.CHALLENGER] - losses[Role.CHAMPION]


def log_loss(p: Floats, up: Floats) -> Floats:
    """Minus the log of the probability that was given to what happened."""
    clipped = np.clip(p, _SMALLEST_P, 1 - _SMALLEST_P)
    return np.asarray(-np.log(np.where(up > 0.5, clipped, 1 - clipped)))


def matched(store: DecisionStore, series: Series, since: int) -> Matched:
    """The newest matched candles from `since` on (at most 2,000), decided by the kinds now in charge."""
    kinds = {record.role: record.kind for record in store.models(series, active_only=True)}
    made = {record.model_id: record for record in store.models(series)}
    found = {role: _live(store, series, role, since, kinds.get(role, ""), made) for role in Role}
    times = sorted(set(found[Role.CHAMPION]) & set(found[Role.CHALLENGER]))
    champion = [found[Role.CHAMPION][time] for time in times]
    return Matched(
        np.array(times, dtype=np.int64),
        np.array([float(_gross(each) > 0) for each in champion]),
        {role: np.array([found[role][t].decision.probability for t in times]) for role in Role},
        {
            role: np.array(
                [found[role][t].decision.position_after is Position.LONG for t in times], dtype=bool
            )
            for role in Role
        },
        [each.decision for each in champion],
    )


def _live(
    store: DecisionStore,
    series: Series,
    role: Role,
    since: int,
    kind: str,
    made: dict[str, ModelRecord],
) -> dict[int, Decided]:
    wanted = DecisionFilter(
        exchange=series.exchange, symbol=series.symbol, interval=series.interval.name, role=role, start=since,
        origins=(Origin.LIVE,), newest=True, limit=NEWEST,
    )  # fmt: skip
    return {
        each.decision.open_time: each
        for each in store.read(wanted)
        if each.outcome is not None
        and each.outcome.state is OutcomeState.KNOWN
        and np.isfinite(each.decision.probability)
        and (record := made.get(each.decision.model_id)) is not None
        and record.kind == kind
    }


def _gross(decided: Decided) -> float:
    gross = decided.outcome.gross if decided.outcome else None
    return float("nan") if gross is None else gross


def net_returns(klines: KlineStore, series: Series, found: Matched, spec: Spec) -> dict[Role, float]:
    """Net return of following each role over the matched candles, as a fraction."""
    first, last = int(found.times[0]), int(found.times[-1])
    bars = klines.read_floats(series, first, last + 1)
    opens, closes = bars["open"].to_numpy(), bars["close"].to_numpy()
    at = np.maximum(np.searchsorted(found.times, bars["open_time"].to_numpy(), side="right") - 1, 0)
    return {
        role: float(equity(opens, closes, long[at], spec.costs).curve[-1]) - 1
        for role, long in found.long.items()
    }


def parity(klines: KlineStore, series: Series, found: Matched) -> tuple[int, list[str]]:
    """Make the features of up to 50 matched candles again: how many were compared, and which differ.

    A candle whose window was revised since is left out: other data may give other features. So are the
    optional groups, whose ticks are not kept for long.
    """
    every = max(1, len(found.decided) // _SAMPLES)
    sample = {each.open_time: each for each in found.decided[::-every][:_SAMPLES]}
    window = read_window(klines, series, sorted(sample))
    same = [each for each in window.candles if each.data_hash == sample[each.open_time].data_hash]
    different = {
        name
        for candle in same
        for name, value in candle.features.items()
        if not _equal(value, sample[candle.open_time].features.get(name))
    }
    return len(same), sorted(different)


def _equal(now: float | None, stored: float | None) -> bool:
    if now is None or stored is None:
        return now is stored
    return bool(np.isclose(now, stored, rtol=_TOLERANCE, atol=1e-9))

"""What became of a decision: the one definition of a realised return.

A decision on the candle that opens at t is made at its close and filled at the open of the next candle on
the interval's grid; it is judged `horizon` candles later, open to open. Labels, outcomes, back-tests and
what-if answers all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from market.decision import Action, Decision, Outcome, OutcomeState, Position
from market.interval import MONTH, Interval

BASIS_POINT: Final = 1e-4
Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Costs:
    """What one fill costs, in basis points of its value."""

    fee_bp: float = 7.5
    slippage_bp: float = 2.0

    @property
    def per_side(self) -> float:
        """Fraction lost by one fill."""
        return (self.fee_bp + self.slippage_bp) * BASIS_POINT

    @property
    def round_trip(self) -> float:
        """Gross return that pays for buying and selling exactly: (1 + side) / (1 - side) - 1."""
        return (1 + self.per_side) / (1 - self.per_side) - 1


@dataclass(frozen=True, slots=True)
class Realised:
    """Vectors, one element per decision; prices and `gross` are NaN unless both bars are there.

    `insufficient` marks the decisions whose horizon has passed while a bar they need is missing.
    """

    entry_time: Times
    exit_time: Times
    entry_price: Floats
    exit_price: Floats
    gross: Floats
    insufficient: npt.NDArray[np.bool_]

    def net(self, costs: Costs) -> Floats:
        """Return after buying and selling: above zero exactly where `gross` exceeds the round trip."""
        return net(self.gross, costs)


def net(gross: Floats, costs: Costs) -> Floats:
    """Gross return of being long, less a buy and a sell."""
    return (1 + gross) / (1 + costs.round_trip) - 1


def realised(open_times: Times, opens: Floats, interval: Interval, horizon: int) -> Realised:
    """Gross return of being long from the open after each bar to the open `horizon` bars later.

    `open_times` is strictly increasing; bars are found by the grid, never by position, so that a hole
    cannot stretch a horizon.
    """
    entry_time = ahead(open_times, 1, interval)
    exit_time = ahead(open_times, 1 + horizon, interval)
    entry_price, exit_price = (_prices_at(t, open_times, opens) for t in (entry_time, exit_time))
    gross = exit_price / entry_price - 1
    passed = exit_time <= (open_times[-1] if len(open_times) else 0)
    return Realised(
        entry_time, exit_time, entry_price, exit_price, gross, np.asarray(passed & np.isnan(gross))
    )


def ahead(open_times: Times, bars: int, interval: Interval) -> Times:
    """Open times of the bars of the grid that lie `bars` after the given ones."""
    if interval.name != MONTH:
        return open_times + bars * interval.typical_ms
    times = [int(t) for t in open_times]
    for _ in range(bars):
        times = [interval.next_open(t) for t in times]
    return np.array(times, dtype=np.int64)


def _prices_at(wanted: Times, open_times: Times, opens: Floats) -> Floats:
    if not len(open_times):
        return np.full(len(wanted), np.nan)
    at = np.minimum(np.searchsorted(open_times, wanted), len(open_times) - 1)
    return np.where(open_times[at] == wanted, opens[at], np.nan)


def is_long(action: Action, position_after: Position) -> bool:
    """Whether a decision stands for being long over its horizon: BUY, or HOLD of a long position."""
    return action is Action.BUY or (action is Action.HOLD and position_after is Position.LONG)


def outcome(decision: Decision, opens: Mapping[int, Decimal], newest: int, now: int) -> Outcome | None:
    """Outcome of one decision at the cost it was held against; None while its horizon has not passed.

    `opens` maps open times of confirmed bars to exact open prices (it needs the entry and the exit bar),
    `newest` is the newest confirmed open time of the series.
    """
    at = np.array([decision.open_time], dtype=np.int64)
    interval = decision.series.interval
    entry_time = int(ahead(at, 1, interval)[0])
    exit_time = int(ahead(at, 1 + decision.horizon, interval)[0])
    if newest < exit_time:
        return None
    entry, leave = opens.get(entry_time), opens.get(exit_time)
    known = entry is not None and leave is not None
    gross = float(leave) / float(entry) - 1 if entry is not None and leave is not None else None
    return Outcome(
        series=decision.series,
        role=decision.role,
        open_time=decision.open_time,
        state=OutcomeState.KNOWN if known else OutcomeState.INSUFFICIENT,
        entry_time=entry_time,
        exit_time=exit_time,
        entry_price=entry,
        exit_price=leave,
        gross=gross,
        net=None if gross is None else (1 + gross) / (1 + decision.cost) - 1,
        correct=None if gross is None else judge(decision, gross, decision.cost),
        recorded_at=now,
        run_id=decision.run_id,
    )


def judge(decision: Decision, gross: float, round_trip: float) -> bool:
    """Right if the gain exceeded the cost and the decision was long, or did not and it was flat."""
    return (gross > round_trip) == is_long(decision.action, decision.position_after)

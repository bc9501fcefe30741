"""From scores to BUY, SELL or HOLD: pure, and the same for live candles, walk-forward and back-test."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from market.decision import Action, Position, Status
from market.outcome import BASIS_POINT, Costs, Floats
from model_service.reasons import Reason
from model_service.scores import Score

# What an expected gain must bring beyond its own costs before it is worth acting on.
MARGIN: Final = BASIS_POINT
# The catastrophe stop lies this many day-long volatilities (24 bars) under the entry.
STOP_SIGMAS: Final = 3.0
STOP_BARS: Final = 24


@dataclass(frozen=True, slots=True)
class Checks:
    """What forbids acting on a candle. The field's name is the reason code; the first that holds is given."""

    insufficient_history: bool = False
    stale_data: bool = False
    contaminated_window: bool = False
    model_expired: bool = False
    out_of_distribution: bool = False

    @property
    def reason(self) -> str | None:
        """The first that holds, None when nothing forbids."""
        return next((name for name in self.__slots__ if getattr(self, name)), None)


NO_OBJECTION: Final = Checks()


class Entry(NamedTuple):
    """Where a long position began: price of the fill and one-bar volatility at the BUY (exp of log_sigma)."""

    price: float
    sigma: float

    @property
    def stop(self) -> float:
        """The close at or under which the position is given up."""
        return self.price * (1 - STOP_SIGMAS * self.sigma * STOP_BARS**0.5)


class Thresholds(NamedTuple):
    """How much a BUY must bring beyond its costs, and the expected gain under which a position is sold."""

    margin: float = MARGIN
    exit_below: float = 0.0


IN_USE: Final = Thresholds()


class Ruling(NamedTuple):
    """A decision without its candle."""

    action: Action
    status: Status
    reason: str
    would_be: Action | None
    position_after: Position


class Appeal:
    """What the policy sees in a score; scores of the same appeal are ruled alike, all else equal."""

    FADING: Final = 0
    PLAIN: Final = 1
    WORTH_A_BUY: Final = 2


# A score of each appeal, in their order.
EXAMPLES: Final = (Score(0, -1, -1, -1), Score(0, 0, 0, 0), Score(1, 1, 1, 1))


@overload
def appeal(
    gain: float, probability: float, costs: Costs, p_min: float, thresholds: Thresholds = ...
) -> int: ...
@overload
def appeal(
    gain: Floats, probability: Floats, costs: Costs, p_min: float, thresholds: Thresholds = ...
) -> npt.NDArray[np.int64]: ...
def appeal(
    gain: float | Floats,
    probability: float | Floats,
    costs: Costs,
    p_min: float,
    thresholds: Thresholds = IN_USE,
) -> int | npt.NDArray[np.int64]:
    """The appeal of rounded scores, one or many."""
    lasting = gain >= thresholds.exit_below
    worth = (gain > costs.round_trip + thresholds.margin) & (probability > p_min)
    return 1 * lasting + 1 * (lasting & worth)


_AFTER: Final = {Action.BUY: Position.LONG, Action.SELL: Position.FLAT}


def decide(
    score: Score,
    position: Position,
    close: float,
    entry: Entry | None,
    costs: Costs,
    checks: Checks,
    p_min: float,
    *,
    cooling: bool = False,
    thresholds: Thresholds = IN_USE,
) -> Ruling:
    """Decide one closed candle.

    BUY when flat and the expected gain exceeds the round trip plus a margin (of one basis point) and the
    probability `p_min`; SELL when long and the expected gain is below zero or the close has reached the stop;
    HOLD else. A suppressed decision holds, moves no position and says what it would have been (None where
    there is no score). A BUY is suppressed while long, and while `cooling` down after a stop-loss.
    """
    if math.isnan(score.probability):
        return Ruling(Action.HOLD, Status.SUPPRESSED, Reason.INSUFFICIENT_HISTORY, None, position)
    action, reason = _wanted(score.rounded, position, close, entry, costs, p_min, thresholds)
    state = _state(position, cooling=cooling) if action is Action.BUY else None
    if checks.reason:
        would_be = Action.HOLD if state else action
        return Ruling(Action.HOLD, Status.SUPPRESSED, checks.reason, would_be, position)
    if state:
        return Ruling(Action.HOLD, Status.SUPPRESSED, state, action, position)
    return Ruling(action, Status.ISSUED, reason, None, _AFTER.get(action, position))


def _wanted(
    score: Score,
    position: Position,
    close: float,
    entry: Entry | None,
    costs: Costs,
    p_min: float,
    thresholds: Thresholds,
) -> tuple[Action, str]:
    seen = appeal(score.expected_gain, score.probability, costs, p_min, thresholds)
    if position is Position.LONG:
        if entry is not None and close <= entry.stop:
            return Action.SELL, Reason.STOP_LOSS
        if seen == Appeal.FADING:
            return Action.SELL, Reason.GAIN_BELOW_ZERO
    if seen == Appeal.WORTH_A_BUY:
        return Action.BUY, Reason.GAIN_ABOVE_COST
    return Action.HOLD, Reason.NO_EDGE if position is Position.FLAT else Reason.HOLD_POSITION


def _state(position: Position, *, cooling: bool) -> str | None:
    """Why a BUY is not for one who holds this position now."""
    if position is Position.LONG:
        return Reason.POSITION_STATE
    return Reason.COOL_DOWN if cooling else None

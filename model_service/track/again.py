"""A recorded ledger decided again: the policy is asked where it may act, everywhere else it holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from market.decision import Action, Position, Status
from market.outcome import Floats
from model_service.holding import Holding
from model_service.policy import NO_OBJECTION, Appeal, Checks, appeal, decide
from model_service.scores import DIGITS, Score
from model_service.what_if import Mind, Past, Settings, Words

Marks = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
_CHECKS: Final = [each.name for each in fields(Checks)]
# More than rounding moves a score: what may act is found among scores as they are, what acts by the policy.
_NUDGE: Final = 10.0**-DIGITS
_BLOCK: Final = 1_024
_ROUNDS: Final = 8


class Ruled(NamedTuple):
    """What is decided on each candle: the action, and whether it is long after it."""

    actions: Words
    long: Marks


def decided_again(past: Past, minds: Mapping[str, Mind], settings: Settings) -> Ruled:
    """One ruling for each row, from the position held before the first.

    How volatile a candle was is looked up for those that buy alone. Which ones buy depends on it (a stop ends
    a position), so they are found in rounds: in the last one nothing was bought at an unknown volatility.
    """
    replay = _Replay(past, minds, settings)
    for _ in range(_ROUNDS):
        ruled = replay.run()
        bought = np.flatnonzero(ruled.actions == Action.BUY.value)
        if not replay.look_up(bought):
            return ruled
    replay.look_up(replay.buys)
    return replay.run()


@dataclass
class _Replay:
    """The policy, the position that its rulings lead to, and the candles on which they may change it."""

    past: Past
    minds: Mapping[str, Mind]
    settings: Settings
    holding: Holding = field(init=False)
    buys: Places = field(init=False)

    def __post_init__(self) -> None:
        past = self.past
        self._times, self._models = past.times, past.words("model_id")
        self._gains, self._probabilities = past.floats("expected_gain"), past.floats("probability")
        free = self._free()
        # Nobody sells on a candle that is suppressed for its data's sake, however deep it fell.
        self._closes = np.where(free, past.floats("price"), np.inf)
        self.buys = np.flatnonzero(free & self._appeals(Appeal.WORTH_A_BUY, _NUDGE))
        self._sells = np.flatnonzero(free & self._appeals(Appeal.FADING, -_NUDGE))
        self._sigmas = np.full(len(free), np.inf)  # not known: no price is as low as the stop

    def run(self) -> Ruled:
        """Every ruling, by what is known of the volatility of candles."""
        self.holding = replace(self.past.began)
        size = len(self._times)
        ruled = Ruled(np.full(size, Action.HOLD.value, dtype="<U4"), np.zeros(size, dtype=np.bool_))
        at = 0
        while at < size:
            asked = self.next_to_ask(at)
            ruled.long[at:asked] = self.is_long
            if asked < size:
                ruled.actions[asked] = self.rule(asked)
                ruled.long[asked] = self.is_long
            at = asked + 1
        return ruled

    def look_up(self, places: Places) -> bool:
        """Get to know the volatility of some candles; whether any was new."""
        new = places[np.isinf(self._sigmas[places])]
        self._sigmas[new] = self.past.moments(self._times[new]).sigma
        return len(new) > 0

    @property
    def is_long(self) -> bool:
        """What is held now."""
        return self.holding.position is Position.LONG

    def next_to_ask(self, at: int) -> int:
        """The first candle from number `at` on whose ruling may be a trade; the number of candles if none."""
        if not self.is_long:
            return self._next(self.buys, at)
        fading, entry = self._next(self._sells, at), self.holding.entry(self.past)
        return fading if entry is None else _first_at_most(self._closes, entry.stop, at, fading)

    def rule(self, at: int) -> Action:
        """Decide a candle and take the position that this leads to."""
        mind, settings = self.minds[str(self._models[at])], self.settings
        open_time = int(self._times[at])
        bars = mind.spec.cool_down if settings.cool_down is None else settings.cool_down
        ruling = decide(
            Score(float(self._probabilities[at]), float(self._gains[at]), math.nan, math.nan),
            self.holding.position,
            float(self._closes[at]),
            self.holding.entry(self.past),
            settings.costs(mind.spec),
            NO_OBJECTION,
            self._p_min(mind),
            cooling=self.holding.cooling(open_time, bars, self.past.series.interval),
            thresholds=settings.thresholds,
        )
        self.holding.follow(open_time, ruling, float(self._sigmas[at]))
        return ruling.action

    def _p_min(self, mind: Mind) -> float:
        return mind.p_min if self.settings.p_min is None else self.settings.p_min

    def _next(self, places: Places, at: int) -> int:
        found = int(np.searchsorted(places, at))
        return int(places[found]) if found < len(places) else len(self._times)

    def _free(self) -> Marks:
        """Candles that were scored and not suppressed for their data's sake."""
        suppressed = self.past.words("status") == Status.SUPPRESSED.value
        spoiled = suppressed & np.isin(self.past.words("reason"), _CHECKS)
        return np.asarray(~np.isnan(self._probabilities) & ~spoiled)

    def _appeals(self, wanted: int, nudge: float) -> Marks:
        """Whose score, moved by `nudge`, has this appeal to the model that gave it."""
        found = np.zeros(len(self._times), dtype=np.bool_)
        for name, mind in self.minds.items():
            costs, thresholds = self.settings.costs(mind.spec), self.settings.thresholds
            gains, probabilities = self._gains + nudge, self._probabilities + nudge
            seen = appeal(gains, probabilities, costs, self._p_min(mind), thresholds)
            found |= (self._models == name) & (seen == wanted)
        return found


def _first_at_most(values: Floats, limit: float, start: int, end: int) -> int:
    """The place of the first value in `[start, end)` that is not above a limit, else `end`."""
    for at in range(start, end, _BLOCK):
        low = np.flatnonzero(values[at : min(at + _BLOCK, end)] <= limit)
        if len(low):
            return at + int(low[0])
    return end

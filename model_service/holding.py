"""What a follower of the decisions holds from candle to candle: live, in a walk-forward and in a replay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from market.decision import Position
from market.interval import Interval
from market.outcome import ahead
from model_service.policy import Entry
from model_service.reasons import Reason


class Opens(Protocol):
    """Knows opening prices."""

    def open_after(self, open_time: int) -> float | None:
        """Open price of the first candle after one, None while there is none."""
        ...


class Ruled(Protocol):
    """What a decision did: a `Ruling` or a `Decision`."""

    @property
    def reason(self) -> str:
        """Its reason code."""
        ...

    @property
    def position_after(self) -> Position:
        """The position it leads to."""
        ...


@dataclass(slots=True)
class Holding:
    """What a follower holds.

    `bought_at` is the open time of the BUY's candle, `sigma` its one-bar volatility, `stopped_at` the open
    time of the candle of the last stop-loss (-1: none that matters).
    """

    position: Position = Position.FLAT
    bought_at: int = 0
    sigma: float = 0.0
    entry_price: float | None = None
    stopped_at: int = -1

    def entry(self, opens: Opens) -> Entry | None:
        """Where the position began: the open after the BUY; None when flat or not known yet."""
        if self.position is Position.FLAT:
            return None
        if self.entry_price is None:
            self.entry_price = opens.open_after(self.bought_at)
        return None if self.entry_price is None else Entry(self.entry_price, self.sigma)

    def cooling(self, open_time: int, bars: int, interval: Interval) -> bool:
        """Whether a candle is one of the `bars` of the grid after the last stop-loss."""
        if self.stopped_at < 0:
            return False
        return open_time <= int(ahead(np.array([self.stopped_at], dtype=np.int64), bars, interval)[0])

    def follow(self, open_time: int, ruled: Ruled, sigma: float) -> None:
        """Take the position that the decision on a candle leads to; `sigma` is the candle's volatility."""
        if ruled.position_after is self.position:
            return
        self.position = ruled.position_after
        self.bought_at, self.entry_price, self.sigma = open_time, None, sigma
        self.stopped_at = open_time if ruled.reason == Reason.STOP_LOSS else -1

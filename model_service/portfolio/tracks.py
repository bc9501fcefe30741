"""One holding through time: its own worth, that of following the decisions, and that of buying once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final, NamedTuple

import numpy as np

from market.decision import Role
from market.interval import END_OF_TIME, Series
from market.outcome import Floats, Times
from market.ports import DecisionStore, KlineStore
from model_service.portfolio.holdings import Holding
from model_service.track.paper_bars import bars_beside, ends_of
from model_service.track.profit import Trail, first_decided, trail

EQUAL_SHARE_OF: Final = Decimal(1_000)
_SMALLEST: Final = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Track:
    """Vectors over some candles. `began_with` is the holding's worth at the first open, in its quote asset.

    `following` and `holding` are what 1 became, costs paid; None without a ledger.
    """

    series: Series
    amount: Decimal
    began_with: Decimal
    times: Times
    closes: Floats
    following: Floats | None
    holding: Floats | None

    def held(self, at: int) -> Decimal:
        """Worth of the holding, left alone, at the close of a candle."""
        return self.amount * exact(float(self.closes[at]))

    def followed(self, at: int) -> Decimal | None:
        """Worth had it followed the decisions."""
        return None if self.following is None else self.began_with * exact(float(self.following[at]))

    def bought(self, at: int) -> Decimal | None:
        """Worth had it been bought at the first open, the cost of that paid."""
        return None if self.holding is None else self.began_with * exact(float(self.holding[at]))

    def place(self, time: int) -> int | None:
        """The newest candle that opened at or before a time; None before the first."""
        at = int(np.searchsorted(self.times, time, side="right")) - 1
        return None if at < 0 else at


def chosen_series(decisions: DecisionStore, holding: Holding, interval: str | None) -> Series | None:
    """The series to follow: the longest interval with a ledger, else the longest; or the one asked for."""
    offered = [s for s in holding.series if interval in (None, s.interval.name)]
    decided = [s for s in offered if decisions.last(s, Role.CHAMPION) is not None]
    return next(iter(decided or offered), None)


def common_start(decisions: DecisionStore, chosen: list[Series]) -> int | None:
    """Since when every ledger of these series decides; None where there is none."""
    firsts = [first_decided(decisions, series, Role.CHAMPION, 0, END_OF_TIME) for series in chosen]
    return max((first for first in firsts if first is not None), default=None)


class Plan(NamedTuple):
    """What is held through which candles: their first and last open times, and the ledger to follow.

    A holding without an amount is one of `parts` equal parts of 1,000 in its quote asset, bought at the first
    open.
    """

    holding: Holding
    parts: int
    series: Series
    ends: tuple[int, int]
    trail: Trail | None


def extent(
    klines: KlineStore, decisions: DecisionStore, series: Series, start: int | None, end: int
) -> tuple[tuple[int, int], Trail | None] | None:
    """First and last candle of a ledger from `start` on, or of all candles from there; None without any."""
    found = trail(decisions, series, Role.CHAMPION, start, end)
    ends = ends_of(klines, series, found.first, end) if found else None
    if ends and ends[0] < ends[1]:
        return ends, found
    ends = ends_of(klines, series, start or 0, end)
    return (ends, None) if ends else None


def track(klines: KlineStore, plan: Plan, moments: Sequence[int] = ()) -> Track:
    """Worth at the candles of some moments, at both ends and beside every fill; no other candle is read."""
    series, found = plan.series, plan.trail
    first, last = plan.ends
    bars = bars_beside(klines, series, found.steps if found else (), first, last + 1, moments)
    opening = klines.read(series, first, first + 1, limit=1)
    opened: Decimal = opening["open"][0].as_py()
    amount = plan.holding.amount
    if amount is None:
        amount = (EQUAL_SHARE_OF / plan.parts / opened).quantize(_SMALLEST, ROUND_DOWN)
    account = found.over(bars) if found else None
    return Track(
        series,
        amount,
        amount * opened,
        bars.times,
        bars.closes,
        account.curve if account else None,
        account.hold_curve if account else None,
    )


def exact(value: float) -> Decimal:
    """The shortest decimal that is this float: the stored one, up to 15 digits."""
    return Decimal(repr(value))

"""Changes of the market's own history: bars that never were, come late, vanish or are corrected."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from simulator.faults.trigger import Moment, Trigger


class HistoryKind(StrEnum):
    """What happens to the bars."""

    OUTAGE = "outage"  # they do not exist, and never will
    WITHDRAWN = "withdrawn"  # they existed, and do not any more
    LATE = "late"  # missing until market time `until`, or in `count` answers; then there
    REVISED = "revised"  # a trade that was forgotten is added to each of them


class HistoryFault(Trigger):
    """Changes the bars of `symbol` (`*`: all, as in a real outage) that open in `[begin, end)`.

    It holds from market time `from` on, or once `after` kline answers about the symbol were given, else at
    once. All intervals follow: coarser bars are added up anew. A revision adds a trade worth
    `value` of the quote asset at a price `rise` above the bar's open.
    """

    kind: HistoryKind
    symbol: str = "*"
    begin: Moment
    end: Moment
    value: float = Field(5_000, gt=0)
    rise: float = Field(0.004, ge=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.begin >= self.end:
            raise ValueError("begin must be before end")
        return self

    @property
    def hides(self) -> bool:
        """Whether it takes bars away."""
        return self.kind is not HistoryKind.REVISED

    def concerns(self, symbol: str) -> bool:
        """Whether it is about this symbol."""
        return self.symbol in ("*", symbol)

    def holds(self, now: int) -> bool:
        """Whether it is in force at `now`; only late bars come back."""
        return self.since is not None and self.since <= now and not self.over(now)

    def over(self, now: int) -> bool:
        """Whether late bars have come."""
        return self.kind is HistoryKind.LATE and (
            self.count == 0 or (self.until is not None and self.until <= now)
        )

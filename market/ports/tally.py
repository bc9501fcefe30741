"""The ledger counted: what a track record is made from, without reading a row of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from market.decision import Action, Origin, OutcomeState, Status


@dataclass(frozen=True, slots=True)
class Tally:
    """Ledger decisions of one kind and one fate.

    `long` tells a BUY (and the holding of a position) from staying flat, `tenth` which tenth of probability
    they lie in (None without a score), `correct` is None until an outcome is known. Of the `count`:
    `forecast` sums the probabilities, `rose` counts gross returns above zero, `paid` those above the cost,
    `called` directions that the probability called right, `persisted` those that the last move called
    right (of `moved`, whose candle before is known), `net` sums net returns. `effective` sums 1 / horizon:
    outcomes of neighbours share their bars, so that many of them are worth only so many independent ones.
    """

    origin: Origin
    status: Status
    action: Action
    long: bool
    state: OutcomeState
    correct: bool | None
    tenth: int | None
    count: int
    effective: float
    forecast: float
    rose: int
    paid: int
    called: int
    moved: int
    persisted: int
    net: float


@dataclass(frozen=True, slots=True)
class LedgerSpan:
    """From the first to the last decided candle: open times, decisions, confirmed candles, decided ones."""

    first: int
    last: int
    decisions: int
    candles: int
    decided: int

    @property
    def undecided(self) -> int:
        """Confirmed candles without a decision."""
        return self.candles - self.decided

    @property
    def withdrawn(self) -> int:
        """Decisions on candles that the exchange took back afterwards."""
        return self.decisions - self.decided


@dataclass(frozen=True, slots=True)
class Step:
    """A decision that moved the position: on which candle, to what, when it was made and at which cost."""

    open_time: int
    long: bool
    decided_at: int
    late: bool
    cost: float


@dataclass(frozen=True, slots=True)
class Measured:
    """Many decisions: how many of each action, status and reason, and their numbers (`MEASURED_SCHEMA`)."""

    kinds: Mapping[tuple[str, str, str], int]
    numbers: pa.Table

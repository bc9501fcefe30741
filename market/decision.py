"""Decisions and their outcomes: the words of the record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from market.interval import Series


class Action(StrEnum):
    """What the model decided."""

    BUY = "BUY"
    SELL = "SELL"
    HOLD = "HOLD"


class Status(StrEnum):
    """A suppressed decision is recorded with what it would have been; it moves no position."""

    ISSUED = "issued"
    SUPPRESSED = "suppressed"


class Origin(StrEnum):
    """When a decision was made: on time, late after an outage, or in a back-test."""

    LIVE = "live"
    LATE = "late"
    BACKTEST = "backtest"


LEDGER: Final = (Origin.LIVE, Origin.LATE)  # what was decided for good; a back-test is made again at will


class Position(StrEnum):
    """What a follower of the decisions holds."""

    FLAT = "flat"
    LONG = "long"


class Role(StrEnum):
    """Which model speaks: the one in charge or one in its shadow."""

    CHAMPION = "champion"
    CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True)
class Flip:
    """The nearest change of one feature, all else equal, that makes a decision another one.

    `value` is what the feature was, `threshold` the first value beyond which `action` follows, `distance`
    how far apart they are as a share of the candles in training that lie between them.
    """

    feature: str
    value: float
    threshold: float
    action: Action
    distance: float

    @property
    def sentence(self) -> str:
        """Such as `HOLD if rsi_14 were above 61.2`."""
        side = "above" if self.threshold > self.value else "below"
        return f"{self.action} if {self.feature} were {side} {self.threshold:.4g}"


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the candles of a decision's window came from, as it was when it was decided.

    `start`, `end` are the open times (ms UTC) of its first and last bar. `bars` are the confirmed candles
    that were read, `missing` the places of the window without a candle, `provisional` those whose candle
    nobody has confirmed (neither was read), `revised` the bars that the exchange changed afterwards;
    `sources` counts the bars that were read by where they were read from.
    """

    start: int
    end: int
    bars: int
    missing: int
    revised: int
    provisional: int
    sources: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on one closed candle. Gains and costs are fractions (0.01 = 1 %), never percent.

    `open_time` and `close_time` are the candle's (ms UTC); `price` is its close in the quote asset.
    `expected_gain` is the expected net-of-nothing return of being long for the horizon, `cost` the
    round-trip cost it is held against. `contributions` are in log-odds and add up to the score.
    `data_hash`, `features_hash` and `model_hash` are sha256 over the candles of the window, the code that
    made the features and the manifest of the model's files. `flip` is None where no single feature could
    have changed the action, and where the decision was not made on time.
    """

    series: Series
    role: Role
    open_time: int
    close_time: int
    origin: Origin
    model_id: str
    action: Action
    status: Status
    reason: str
    price: Decimal
    probability: float
    expected_gain: float
    gain_low: float
    gain_high: float
    cost: float
    horizon: int
    position_before: Position
    position_after: Position
    decided_at: int
    would_be: Action | None = None
    run_id: str | None = None
    features: dict[str, float | None] = field(default_factory=dict)
    contributions: dict[str, float] = field(default_factory=dict)
    base: float = 0.0
    data_hash: str = ""
    features_hash: str = ""
    model_hash: str = ""
    flip: Flip | None = None
    provenance: Provenance | None = None

    @property
    def id(self) -> str:
        """Deterministic: the same candle, role, origin family and run always give the same id."""
        family = self.run_id or "ledger"
        return hashlib.sha256(f"{self.series}|{self.role}|{self.open_time}|{family}".encode()).hexdigest()[
            :32
        ]


class OutcomeState(StrEnum):
    """`pending` until the horizon has passed; `insufficient` when a bar it needs is missing."""

    PENDING = "pending"
    KNOWN = "known"
    INSUFFICIENT = "insufficient"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of being long from the next open to the open `horizon` bars on.

    Returns are fractions; `net` has the round-trip cost taken off. `correct` says whether the action was
    right: BUY (and holding long) if the gross return exceeded the cost, SELL (and staying flat) if not.
    """

    series: Series
    role: Role
    open_time: int
    state: OutcomeState
    entry_time: int | None
    exit_time: int | None
    entry_price: Decimal | None
    exit_price: Decimal | None
    gross: float | None
    net: float | None
    correct: bool | None
    recorded_at: int
    run_id: str | None = None

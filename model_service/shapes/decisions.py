"""Decisions, their outcomes and explanations."""

from __future__ import annotations

from typing import Final

from pydantic import Field

from market.decision import Action, Origin, OutcomeState, Position, Role, Status
from model_service.shapes.shape import NEXT_CURSOR, Fraction, Hash, OfSeries, Price, Shape, Time

_ID: Final = "b736345755927d59a9ce51a0f94a1c0d"
_LOG_ODDS: Final = "in log-odds"


class PendingOutcome(Shape):
    """Nothing is recorded yet."""

    state: OutcomeState = Field(examples=[OutcomeState.PENDING.value])


class RecordedOutcome(Shape):
    """Of being long from the next open to the open `horizon` bars on; null where a bar is missing."""

    state: OutcomeState = Field(examples=[OutcomeState.KNOWN.value])
    entry_time: Time | None
    exit_time: Time | None
    entry_price: Price | None
    exit_price: Price | None
    gross: Fraction | None
    net: Fraction | None = Field(description="after buying and selling", examples=[0.0023])
    correct: bool | None = Field(description="whether the action was right", examples=[True])
    recorded_at: Time


class Scored(OfSeries):
    """What a model said about a candle."""

    role: Role
    open_time: Time
    close_time: Time
    closed_at: str = Field(description="when the candle ended", examples=["2026-01-01T01:00:00+00:00"])
    decided_at: Time
    model_id: str = Field(examples=["btcusdt-1h-champion-9f86d081884c7d65"])
    action: Action
    status: Status
    reason: str = Field(description="reason code", examples=["expected_gain_above_cost"])
    would_be: Action | None = Field(
        description="what a suppressed decision would have been", examples=["BUY"]
    )
    price: Price = Field(description="the candle's close", examples=["64250.1"])
    probability: float | None = Field(description="of a rise over the horizon", examples=[0.561])
    expected_gain: Fraction | None
    gain_low: Fraction | None = Field(description="lower end of the 80 % interval", examples=[-0.0061])
    gain_high: Fraction | None = Field(description="upper end of the 80 % interval", examples=[0.0153])
    cost: Fraction = Field(description="of buying and selling", examples=[0.0019])
    horizon: int = Field(description="bars", examples=[4])
    data_hash: Hash


class DecisionShape(Scored):
    """A decision with its outcome."""

    id: str = Field(examples=[_ID])
    origin: Origin
    run_id: str | None = Field(description="the back-test it belongs to", examples=["wf-btcusdt-1h-9f86d081"])
    position_before: Position
    position_after: Position
    outcome: RecordedOutcome | PendingOutcome


class Contribution(Shape):
    """What one feature added to the score."""

    feature: str = Field(examples=["rsi_14"])
    contribution: float = Field(description=_LOG_ODDS, examples=[0.12])
    value: float | None = Field(examples=[41.5])


class FlipShape(Shape):
    """The nearest change of one feature, all else equal, that makes the decision another one."""

    feature: str = Field(examples=["rsi_14"])
    value: float = Field(description="what it was", examples=[55.3])
    threshold: float = Field(description="the first value beyond which `action` follows", examples=[61.2])
    action: Action
    distance: float = Field(description="share of the candles in training between the two", examples=[0.1])
    sentence: str = Field(examples=["HOLD if rsi_14 were above 61.2"])


class ProvenanceShape(Shape):
    """Where the candles of the window came from, as it was when the decision was made."""

    start: Time
    end: Time
    bars: int = Field(description="confirmed candles that were read", examples=[2101])
    missing: int = Field(description="places without a candle", examples=[0])
    revised: int = Field(description="candles that the exchange changed afterwards", examples=[0])
    provisional: int = Field(description="candles that nobody has confirmed", examples=[0])
    sources: dict[str, int] = Field(
        description="bars by where they were read from", examples=[{"archive": 2000, "rest": 101}]
    )


class Fingerprints(Shape):
    """Which candles, which code and which model files made the decision."""

    data: Hash
    features: Hash | None
    model: Hash | None


class Explanation(Shape):
    """`base` and the contributions add up to `score`, the log-odds of the raw probability."""

    why: str | None = Field(
        description="the reason in words; null for a code that is no longer used",
        examples=["HOLD of a position: there is no reason to sell."],
    )
    base: float = Field(description=_LOG_ODDS, examples=[0.02])
    score: float | None = Field(description=_LOG_ODDS, examples=[0.14])
    contributions: list[Contribution] = Field(description="the largest first")
    features: dict[str, float | None] = Field(examples=[{"rsi_14": 41.5}])
    flip: FlipShape | None = Field(description="null where no single feature could, and of late decisions")
    provenance: ProvenanceShape | None
    fingerprints: Fingerprints


class ExplainedDecision(DecisionShape):
    """A decision with why it was made."""

    explanation: Explanation


class DecisionPage(Shape):
    """One page of decisions."""

    decisions: list[DecisionShape]
    next_cursor: str | None = NEXT_CURSOR


class LatestDecisions(Shape):
    """The newest ledger decision of every series."""

    decisions: list[DecisionShape]

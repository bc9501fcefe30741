"""Why a decision was what it was: every reason code that is recorded, with what it means."""

from __future__ import annotations

from typing import Final


class Reason:
    """Reason codes of the policy as they are recorded; `Checks` names those that forbid acting."""

    GAIN_ABOVE_COST: Final = "expected_gain_above_cost"
    GAIN_BELOW_ZERO: Final = "expected_gain_below_zero"
    STOP_LOSS: Final = "stop_loss"
    NO_EDGE: Final = "no_edge"
    HOLD_POSITION: Final = "hold_position"
    INSUFFICIENT_HISTORY: Final = "insufficient_history"
    POSITION_STATE: Final = "position_state"
    COOL_DOWN: Final = "cool_down"


ISSUED: Final = {
    Reason.GAIN_ABOVE_COST: "BUY: the expected gain exceeds the round trip by a basis point, and a rise is "
    "likelier than usual.",
    Reason.GAIN_BELOW_ZERO: "SELL: the expected gain of staying in the market is below zero.",
    Reason.STOP_LOSS: "SELL: the close lies three daily volatilities under the entry.",
    Reason.NO_EDGE: "HOLD without a position: the expected gain does not pay for buying and selling, or "
    "a rise is no likelier than usual.",
    Reason.HOLD_POSITION: "HOLD of a position: there is no reason to sell.",
}
SUPPRESSED: Final = {
    Reason.INSUFFICIENT_HISTORY: "Too few candles lie behind this one, or a feature has no value: no score.",
    "stale_data": "The candle arrived after a later one had been decided.",
    "contaminated_window": "Too many of the candles it is made from are missing, not confirmed, or were "
    "changed by the exchange.",
    "model_expired": "The model is older than it may be: train a new one.",
    "out_of_distribution": "Three or more features lie far outside everything in training.",
    Reason.POSITION_STATE: "The model asks for a BUY while the position is already long.",
    Reason.COOL_DOWN: "The model asks for a BUY too soon after a stop-loss.",
}
# What the API, the page and the documentation say about a code.
REASONS: Final = {**ISSUED, **SUPPRESSED}

"""Predictions outside the ledger."""

from __future__ import annotations

from pydantic import Field

from model_service.shapes.decisions import Explanation, Scored


class Prediction(Scored):
    """What the model in use says about a candle, from a flat position."""

    in_training: bool = Field(description="true: the model has learnt from this candle", examples=[False])
    explanation: Explanation

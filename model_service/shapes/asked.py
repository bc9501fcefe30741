"""What callers send in a body."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from web.symbols import A_SYMBOL


class AskedSeries(BaseModel):
    """A series of the store. Fields that nobody declared are refused, so that no wish goes unheard."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange: str = Field(max_length=32, examples=["simulated"])
    symbol: Annotated[str, Field(max_length=40, examples=["BTCUSDT"]), A_SYMBOL]
    interval: str = Field(max_length=4, examples=["1h"])


class TrainRequest(AskedSeries):
    """Which series to train; `force` also where the model in use is current."""

    force: bool = Field(False, examples=[False])


class ActivateRequest(BaseModel):
    """Why a model is put in charge; it is kept with the event."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str = Field(min_length=1, max_length=500, examples=["it was the better one for a month"])


class PredictRequest(AskedSeries):
    """A series, and the open time of one of its candles (default: the newest confirmed)."""

    at: Annotated[str, Field(max_length=40)] | int | None = Field(
        None, description="ms UTC or ISO 8601", examples=["2026-01-01T00:00:00Z"]
    )

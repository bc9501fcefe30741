"""Recorded decisions made again."""

from __future__ import annotations

from pydantic import Field

from market.decision import Action, Role, Status
from model_service.replay.causes import Cause
from model_service.shapes.shape import Fraction, OfSeries, Shape, Share, Time


class Said(Shape):
    """What a decision said."""

    action: Action
    status: Status
    reason: str = Field(examples=["no_edge"])
    model_id: str = Field(examples=["btcusdt-1h-champion-9f86d081884c7d65"])
    probability: Share | None
    expected_gain: Fraction | None


class ReplayRow(Shape):
    """A decision that would be another one today."""

    open_time: Time
    opened_at: str = Field(examples=["2026-01-01T00:00:00+00:00"])
    decision_id: str = Field(examples=["0f343b0931126a20f133d67c2b018a3b"])
    cause: Cause
    detail: str = Field(examples=["m1 then, m2 now"])
    names: list[str] = Field(description="what differs", examples=[["model_id", "probability"]])
    recorded: Said
    again: Said | None = Field(description="null: nothing can decide it now")


class Replay(OfSeries):
    """Ledger decisions decided again, from the record as it is now. Nothing is written."""

    role: Role
    start: Time = Field(description="of the candles that were looked at", examples=[1_767_225_600_000])
    end: Time = Field(description="exclusive", examples=[1_767_589_200_000])
    next_cursor: str | None = Field(
        description="give it back as `cursor` to go on; null at the end of the period",
        examples=["1767589200000"],
    )
    examined: int = Field(examples=[720])
    differences: int = Field(examples=[1])
    other_actions: int = Field(description="differences of the action", examples=[0])
    counts: dict[Cause, int] = Field(examples=[{"none": 719, "revised_candle": 1}])
    rows: list[ReplayRow]

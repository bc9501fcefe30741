"""What happened to models, and how their drift monitors stand."""

from __future__ import annotations

from pydantic import Field, JsonValue

from market.decision import Role
from market.ports import EventKind, MonitorState
from model_service.shapes.shape import NEXT_CURSOR, OfSeries, Shape, Time


class ModelEventShape(OfSeries):
    """An entry of the timeline of a series."""

    event_id: str = Field(examples=["4d186321c1a7f0f354b297e8914ab240"])
    role: Role
    kind: EventKind
    time: Time
    model_id: str | None = Field(examples=["btcusdt-1h-champion-9f86d081884c7d65"])
    reason: str = Field(examples=["on schedule: 730 candles since the last training"])
    details: dict[str, JsonValue] = Field(examples=[{"job": "5f0c6b1d2a3e4f50817263544a5b6c7d"}])


class ModelEventList(Shape):
    """One page of events, newest first."""

    events: list[ModelEventShape]
    next_cursor: str | None = NEXT_CURSOR


class MonitorShape(OfSeries):
    """One measure of drift, with the bounds it is held against; null where there is none."""

    role: Role
    measure: str = Field(
        description="brier_skill, calibration_slope, gain_bias, interval_coverage, missing_features or psi",
        examples=["psi"],
    )
    feature: str | None = Field(description="of psi: the feature, null for all together", examples=["rsi_14"])
    time: Time
    model_id: str = Field(examples=["btcusdt-1h-champion-9f86d081884c7d65"])
    value: float | None = Field(examples=[0.91])
    low: float | None = Field(examples=[0.12])
    high: float | None = Field(examples=[1.88])
    candles: int = Field(examples=[720])
    state: MonitorState


class MonitorList(Shape):
    """Readings by series, role and measure."""

    monitors: list[MonitorShape]

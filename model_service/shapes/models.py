"""Models and their cards."""

from __future__ import annotations

from pydantic import Field, JsonValue

from market.decision import Role
from model_service.shapes.shape import NEXT_CURSOR, OfSeries, Shape, Time


class ModelShape(OfSeries):
    """A registered model."""

    model_id: str = Field(examples=["btcusdt-1h-champion-9f86d081884c7d65"])
    role: Role
    kind: str = Field(examples=["lightgbm"])
    trained_at: Time
    train_start: Time
    train_end: Time
    horizon: int = Field(description="bars", examples=[4])
    active: bool = Field(description="true: it decides now", examples=[True])
    verdict: str | None = Field(description="proven, not proven or blocked", examples=["not proven"])


class ModelList(Shape):
    """One page of models, newest first."""

    models: list[ModelShape]
    next_cursor: str | None = NEXT_CURSOR


class ModelWithCard(ModelShape):
    """A model with everything needed to judge it."""

    card: dict[str, JsonValue] = Field(
        description="data, parameters, metrics beside their baselines, verdict; see docs/method.md",
        examples=[
            {
                "verdict": "not proven",
                "reasons": ["no profit after costs (-3.1%)"],
                "naive": {"shuffled": {"accuracy": 0.65}, "honest": {"accuracy": 0.51}},
            }
        ],
    )
    files: dict[str, str] = Field(description="SHA-256 by file name", examples=[{"spec.json": "9f86d081"}])

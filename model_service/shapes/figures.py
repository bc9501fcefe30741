"""What many decisions have in common."""

from __future__ import annotations

from pydantic import Field

from model_service.shapes.shape import Shape, Share


class Counted(Shape):
    """Decisions of one kind."""

    count: int = Field(examples=[12])
    share: Share


class Spread(Shape):
    """Of the values that are known; null without one. `std` needs two (n - 1)."""

    count: int = Field(examples=[716])
    mean: float | None = Field(examples=[0.0007])
    std: float | None = Field(examples=[0.0042])
    min: float | None = Field(examples=[-0.0391])
    q25: float | None = Field(examples=[-0.0014])
    median: float | None = Field(examples=[0.0003])
    q75: float | None = Field(examples=[0.0026])
    max: float | None = Field(examples=[0.0287])


class Figures(Shape):
    """Of every decision that the filter means."""

    count: int = Field(examples=[720])
    simulated: bool = Field(description="true: one of them or more is of a made-up market", examples=[True])
    actions: dict[str, Counted] = Field(examples=[{"BUY": {"count": 12, "share": 0.25}}])
    statuses: dict[str, Counted] = Field(examples=[{"issued": {"count": 700, "share": 0.97}}])
    reasons: dict[str, Counted] = Field(examples=[{"no_edge": {"count": 690, "share": 0.96}}])
    expected_gain: Spread
    probability: Spread
    net_return: Spread

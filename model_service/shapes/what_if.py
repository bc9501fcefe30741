"""The recorded ledger under other settings."""

from __future__ import annotations

from pydantic import Field

from market.decision import Role
from model_service.shapes.asked import AskedSeries
from model_service.shapes.shape import Fraction, OfSeries, Shape, Time
from model_service.shapes.track_record import Totals
from model_service.spec import LONGEST_COOL_DOWN


class WhatIfRequest(AskedSeries):
    """Settings that are left out stay as each model had them."""

    role: Role = Field(Role.CHAMPION, examples=[Role.CHAMPION.value])
    start: str | int | None = Field(None, description="ms UTC or ISO 8601", examples=[None])
    end: str | int | None = Field(None, description="ms UTC or ISO 8601", examples=[None])
    margin: float | None = Field(
        None, ge=0, le=0.1, description="fraction a BUY must bring beyond its costs", examples=[0.001]
    )
    p_min: float | None = Field(None, ge=0, le=1, description="probability of a BUY", examples=[0.55])
    exit_below: float | None = Field(
        None, ge=-0.1, le=0.1, description="expected gain under which a position is sold", examples=[-0.001]
    )
    fee_bp: float | None = Field(None, ge=0, le=500, description="per side", examples=[10])
    slippage_bp: float | None = Field(None, ge=0, le=500, description="per side", examples=[2])
    horizon: int | None = Field(None, ge=1, le=210, description="bars; for judging only", examples=[4])
    cool_down: int | None = Field(
        None, ge=0, le=LONGEST_COOL_DOWN, description="bars without a BUY after a stop-loss", examples=[24]
    )
    points: int = Field(300, ge=2, le=2_000, description="of the curves", examples=[100])


class Sum(Shape):
    """Some BUYs, judged by themselves."""

    count: int = Field(examples=[3])
    net: Fraction = Field(description="sum of their net returns", examples=[0.012])


class Side(Totals):
    """One way to decide: `win`, `loss`, `pending`, `insufficient` count all three actions."""

    actions: dict[str, int] = Field(examples=[{"BUY": 12, "SELL": 12, "HOLD": 696}])
    win: int = Field(examples=[379])
    loss: int = Field(examples=[337])
    pending: int = Field(examples=[4])
    insufficient: int = Field(examples=[0])


class ComparedPoint(Shape):
    """Worth of 1 at the end of a candle."""

    time: Time
    ledger: float = Field(examples=[1.021])
    what_if: float = Field(examples=[1.034])
    buy_and_hold: float = Field(examples=[1.31])


class WhatIf(OfSeries):
    """The ledger as it is, as it would have been, and buy-and-hold over the same candles."""

    role: Role
    first: Time
    last: Time
    decisions: int = Field(examples=[720])
    settings: dict[str, float | None] = Field(
        description="as asked; null: as each model had it", examples=[{"margin": 0.001, "p_min": 0.55}]
    )
    changed: int = Field(description="candles with another action", examples=[9])
    changes: dict[str, int] = Field(examples=[{"BUY to HOLD": 5, "SELL to HOLD": 4}])
    missed: Sum = Field(description="winning BUYs no longer taken")
    avoided: Sum = Field(description="losing BUYs no longer taken")
    found: Sum = Field(description="winning BUYs newly taken")
    incurred: Sum = Field(description="losing BUYs newly taken")
    unjudged: int = Field(description="changed BUYs without a known outcome", examples=[0])
    ledger: Side
    what_if: Side
    buy_and_hold: Totals
    curve: list[ComparedPoint]
    not_reevaluated: list[str] = Field(examples=[["our own fills move no price"]])

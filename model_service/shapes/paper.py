"""The paper account of a ledger."""

from __future__ import annotations

from pydantic import Field

from market.decision import Action, Position, Role
from model_service.shapes.shape import Fraction, OfSeries, Shape, Time


class PaperFill(Shape):
    """A BUY or SELL carried out at an open price."""

    time: Time = Field(description="open time of the candle it was filled at, ms UTC")
    decided_on: Time = Field(description="open time of the candle it was decided on, ms UTC")
    action: Action
    price: float = Field(description="opening price, costs apart", examples=[64_250.1])
    cost: Fraction = Field(description="fee and slippage of this fill", examples=[0.00095])
    late: bool = Field(
        description="decided after an outage, filled at the first open after", examples=[False]
    )


class PaperAccount(OfSeries):
    """What following the ledger since its first decision has made of 1."""

    role: Role
    since: Time
    until: Time = Field(description="open time of the newest confirmed candle, ms UTC")
    worth: float = Field(description="of the account at the newest close", examples=[1.021])
    position: Position
    entry_time: Time | None = Field(description="when the open position was bought; null when flat")
    entry_price: float | None = Field(examples=[64_250.1])
    unrealised: Fraction | None = Field(description="of the open position, its purchase paid")
    pending: bool = Field(description="a decision waits for the next candle to open", examples=[False])
    cost: Fraction = Field(description="paid in fees and slippage, as the sum of logarithms")
    trades: int = Field(description="purchases", examples=[12])
    fills: list[PaperFill] = Field(description="the newest first")


class Paper(Shape):
    """By series."""

    paper: list[PaperAccount]

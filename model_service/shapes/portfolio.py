"""The watched portfolio."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model_service.shapes.shape import Price, Shape, Time

_UNKNOWN = "null: unknown"


class Held(Shape):
    """One holding, in its quote asset; what has no price is null, never 0."""

    exchange: str = Field(examples=["simulated"])
    simulated: bool = Field(examples=[True])
    name: str = Field(examples=["BTCUSDT"])
    asset: str | None = Field(examples=["BTC"])
    quote: str | None = Field(examples=["USDT"])
    cash: bool = Field(examples=[False])
    amount: Price | None = Field(examples=["0.5"])
    price: Price | None = Field(description="newest tick or close; " + _UNKNOWN, examples=["64250.1"])
    price_time: Time | None
    price_source: Literal["tick", "candle"] | None = Field(examples=["tick"])
    age_ms: int | None = Field(description="of the price, by the market clock", examples=[850])
    value: Price | None = Field(description="amount times price; " + _UNKNOWN, examples=["32125.05"])
    interval: str | None = Field(description="whose decisions are followed", examples=["1h"])
    began_with: Price | None = Field(description="worth at the start", examples=["30000"])
    following: Price | None = Field(
        description="worth had it followed the decisions, costs paid", examples=["31000.5"]
    )
    buy_and_hold: Price | None = Field(
        description="worth had it been bought at the start, costs paid", examples=["31990.2"]
    )


class PortfolioTotal(Shape):
    """Sums of one quote asset; null when a part is unknown."""

    exchange: str = Field(examples=["simulated"])
    quote: str = Field(examples=["USDT"])
    simulated: bool = Field(examples=[True])
    value: Price | None = Field(examples=["45000.3"])
    known_value: Price | None = Field(description="without what is unknown", examples=["45000.3"])
    began_with: Price | None = Field(examples=["43000"])
    following: Price | None = Field(examples=["43800.1"])
    buy_and_hold: Price | None = Field(examples=["44900"])


class Portfolio(Shape):
    """What is held and what it is worth now, beside following the decisions and buy-and-hold."""

    start: Time | None = Field(description="since when decisions are followed")
    assumed: bool = Field(
        description="true: OPA_PORTFOLIO is empty, equal parts of 1,000 are watched", examples=[True]
    )
    holdings: list[Held]
    unknown: list[str] = Field(description="holdings without a price", examples=[[]])
    totals: list[PortfolioTotal]


class PortfolioPoint(Shape):
    """Worth at the close of a candle."""

    time: Time
    value: Price | None = Field(examples=["45000.3"])
    following: Price | None = Field(examples=["43800.1"])
    buy_and_hold: Price | None = Field(examples=["44900"])


class QuoteHistory(Shape):
    """Of all holdings in one quote asset."""

    exchange: str = Field(examples=["simulated"])
    quote: str = Field(examples=["USDT"])
    simulated: bool = Field(examples=[True])
    points: list[PortfolioPoint]


class PortfolioHistory(Shape):
    """Worth over time, from candles."""

    start: Time | None
    histories: list[QuoteHistory]

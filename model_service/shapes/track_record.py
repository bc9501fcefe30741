"""How good the decisions have been."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from market.decision import Position, Role
from model_service.shapes.shape import Fraction, OfSeries, Shape, Share, Time

Ends = tuple[float, float]
Standing = Literal["better", "worse", "unknown"]


class Results(Shape):
    """Win, loss, pending and insufficient (a bar is missing) add up to `decisions`."""

    decisions: int = Field(examples=[720])
    win: int = Field(examples=[379])
    loss: int = Field(examples=[337])
    pending: int = Field(examples=[4])
    insufficient: int = Field(examples=[0])
    accuracy: Share | None = Field(description="share of known outcomes that were right", examples=[0.53])
    accuracy_interval: Ends | None = Field(
        description="95 %, Wilson, over independent outcomes", examples=[[0.45, 0.6]]
    )
    base_rate: Share | None = Field(
        description="accuracy of the same answers at random candles (as a whole: of the best constant)",
        examples=[0.52],
    )
    independent: float = Field(description="outcomes that share no candle: known / horizon", examples=[179.0])
    standing: Standing = Field(
        description="beside the base rate; unknown: too few outcomes, or the interval holds it",
        examples=["unknown"],
    )
    standing_reason: str = Field(examples=["52.0% lies inside the interval"])
    mean_net_bp: float | None = Field(
        description="of being long over the horizon, whatever was decided", examples=[-3.1]
    )


class Forecast(Shape):
    """How often the probability called the direction."""

    count: int = Field(examples=[716])
    accuracy: Share | None = Field(examples=[0.54])
    accuracy_interval: Ends | None = Field(examples=[[0.47, 0.61]])
    base_rate: Share | None = Field(description="of always saying the same direction", examples=[0.51])
    persistence: Share | None = Field(description="of saying the last direction again", examples=[0.48])
    standing: Standing = Field(examples=["unknown"])
    standing_reason: str = Field(examples=["51.0% lies inside the interval"])


class CalibrationBin(Shape):
    """A tenth of forecast probability, and how often a rise followed."""

    start: Share = Field(alias="from", examples=[0.5])
    end: Share = Field(alias="to", examples=[0.6])
    count: int = Field(examples=[120])
    forecast: Share = Field(description="mean probability", examples=[0.54])
    happened: Share = Field(description="share that rose", examples=[0.53])
    interval: Ends | None = Field(description="95 %, Wilson", examples=[[0.36, 0.7]])
    standing: Literal["agrees", "differs", "unknown"] = Field(
        description="whether the interval holds the forecast", examples=["agrees"]
    )


class NamedHole(Shape):
    """Candles that the exchange never gave."""

    start: Time
    end: Time
    bars: int = Field(examples=[2])
    reason: str = Field(examples=["outage"])


class Candles(Shape):
    """Closed candles from the first to the last decided one, held against the decisions."""

    first: Time
    last: Time
    closed: int = Field(description="confirmed candles", examples=[720])
    decided: int = Field(description="of them", examples=[720])
    undecided: int = Field(examples=[0])
    undecided_at: list[int] = Field(description="open times, the first twenty", examples=[[]])
    withdrawn: int = Field(description="decisions on candles that the exchange took back", examples=[0])
    missing: int = Field(description="candles that the exchange never gave", examples=[2])
    holes: list[NamedHole] = Field(description="the first twenty")


class SeriesRecord(Results, OfSeries):
    """The ledger of one series and role, counted. Nothing is left out."""

    role: Role
    actions: dict[str, int] = Field(examples=[{"BUY": 12, "SELL": 12, "HOLD": 696}])
    statuses: dict[str, int] = Field(examples=[{"issued": 700, "suppressed": 20}])
    origins: dict[str, int] = Field(examples=[{"live": 715, "late": 5}])
    outcomes: dict[str, int] = Field(examples=[{"pending": 4, "known": 716, "insufficient": 0}])
    mean_net_bp_by_action: dict[str, float] = Field(examples=[{"BUY": 4.2, "HOLD": -3.3}])
    by_action: dict[str, Results] = Field(examples=[{}])
    by_status: dict[str, Results] = Field(examples=[{}])
    by_origin: dict[str, Results] = Field(examples=[{}])
    forecast: Forecast
    calibration: list[CalibrationBin]
    candles: Candles | None = Field(description="null for an empty ledger")


class TrackRecord(Shape):
    """By series."""

    track_record: list[SeriesRecord]


class Totals(Shape):
    """Of one curve."""

    total: Fraction
    sharpe: float = Field(description="annualised, flat candles counted", examples=[0.4])
    max_drawdown: Share
    trades: int = Field(description="purchases", examples=[12])
    cost: Fraction = Field(description="paid in fees and slippage, as the sum of logarithms")
    exposure: Share = Field(description="share of candles in the market")


class CurvePoint(Shape):
    """Worth of 1 at the end of a candle."""

    time: Time
    following: float = Field(examples=[1.021])
    buy_and_hold: float = Field(examples=[1.31])


class Profit(OfSeries):
    """A paper account that follows the ledger, beside buying once and holding."""

    role: Role
    start: Time
    end: Time
    candles: int = Field(examples=[720])
    round_trip_cost: Fraction
    position: Position
    unrealised: Fraction | None = Field(description="gain of the open position; null when flat")
    following: Totals
    buy_and_hold: Totals
    curve: list[CurvePoint]

"""How good the decisions have been."""

from __future__ import annotations

from pydantic import Field

from market.decision import Role
from model_service.shapes.shape import OfSeries, Shape, Share


class CalibrationBin(Shape):
    """A tenth of forecast probability, and how often a rise followed."""

    start: Share = Field(alias="from", examples=[0.5])
    end: Share = Field(alias="to", examples=[0.6])
    count: int = Field(examples=[120])
    forecast: Share = Field(description="mean probability", examples=[0.54])
    happened: Share = Field(description="share that rose", examples=[0.53])


class SeriesRecord(OfSeries):
    """The ledger of one series and role, counted. Nothing is left out."""

    role: Role
    decisions: int = Field(examples=[720])
    actions: dict[str, int] = Field(examples=[{"BUY": 12, "SELL": 12, "HOLD": 696}])
    statuses: dict[str, int] = Field(examples=[{"issued": 700, "suppressed": 20}])
    origins: dict[str, int] = Field(examples=[{"live": 715, "late": 5}])
    outcomes: dict[str, int] = Field(examples=[{"pending": 4, "known": 716, "insufficient": 0}])
    accuracy: Share | None = Field(description="share of known outcomes that were right", examples=[0.53])
    accuracy_interval: tuple[float, float] | None = Field(description="95 %, Wilson", examples=[[0.49, 0.57]])
    base_rate: Share | None = Field(description="accuracy of the best constant answer", examples=[0.52])
    mean_net_bp: float | None = Field(examples=[-3.1])
    mean_net_bp_by_action: dict[str, float] = Field(examples=[{"BUY": 4.2, "HOLD": -3.3}])
    calibration: list[CalibrationBin]


class TrackRecord(Shape):
    """By series."""

    track_record: list[SeriesRecord]

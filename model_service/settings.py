"""Settings of the model service."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.choice import parse_choices
from market.decision import Role
from market.groups import GROUPS
from market.interval import Interval, Series
from market.outcome import Costs
from model_service.fees import fee_of, parse_fees
from model_service.models import MODELS
from model_service.portfolio.holdings import Amount, parse_portfolio
from model_service.spec import LONGEST_COOL_DOWN
from web.settings import DoorSettings


class ModelSettings(BaseSettings):
    """What is modelled and at what cost; read from the environment or `.env`."""

    model_config = SettingsConfigDict(env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True)

    exchange: str = "simulated"
    symbols: str = "BTCUSDT,ETHUSDT,XRPUSDT"
    history: str = "1h:3 years,1m:30 days"
    fee_bp: float = Field(7.5, ge=0, le=500)
    fees: str = ""
    slippage_bp: float = Field(2.0, ge=0, le=500)
    cool_down: int = Field(24, ge=0, le=LONGEST_COOL_DOWN)
    spoiled_limit: float = Field(0.05, ge=0, le=1)
    horizon: int = Field(4, ge=1, le=210)
    late_after_s: float = Field(120, gt=0)
    champion: str = "lightgbm"
    challenger: str = "logistic"
    parameters: Literal["fixed", "chosen"] = "fixed"
    retrain: bool = True
    retrain_limit_s: float = Field(3_600, gt=0)
    retrain_pause_s: float = Field(900, gt=0)
    promote: bool = True
    monitor_every: int = Field(24, ge=1)
    portfolio: str = ""
    feature_groups: str = ""
    models_dir: Path = Path(".run/models")
    log_level: str = "INFO"

    @field_validator("champion", "challenger")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in MODELS:
            raise ValueError(f"use one of {', '.join(MODELS)}")
        return name

    @field_validator("feature_groups")
    @classmethod
    def _registered(cls, text: str) -> str:
        if any(name not in GROUPS for name in _names(text)):
            raise ValueError(f"use {', '.join(GROUPS)}")
        return text

    @field_validator("fees")
    @classmethod
    def _readable(cls, text: str) -> str:
        parse_fees(text)
        return text

    @property
    def watched(self) -> tuple[Amount, ...]:
        """What `OPA_PORTFOLIO` says is held; nothing stands for equal parts."""
        return parse_portfolio(self.portfolio, self.exchange)

    def costs(self, series: Series) -> Costs:
        """What one fill costs in the market of a series."""
        return Costs(fee_of(parse_fees(self.fees), series, self.fee_bp), self.slippage_bp)

    @property
    def line_up(self) -> dict[Role, str]:
        """The kind of model that speaks in each role."""
        return {Role.CHAMPION: self.champion, Role.CHALLENGER: self.challenger}

    @property
    def groups(self) -> tuple[str, ...]:
        """The optional feature groups that models read."""
        return _names(self.feature_groups)

    def followed(self, known: Collection[Series]) -> list[Series]:
        """Those of the known series that `OPA_SYMBOLS` times the intervals of `OPA_HISTORY` name."""
        choices = parse_choices(self.symbols, self.exchange)
        intervals = [Interval(part.split(":")[0].strip()) for part in self.history.split(",") if part.strip()]
        found = [
            series
            for choice in choices
            for interval in intervals
            for series in sorted(known)
            if choice.fits(series) and series.interval == interval
        ]
        return list(dict.fromkeys(found))


class ServeSettings(ModelSettings, DoorSettings):
    """What the API needs besides."""

    model_port: int = Field(8102, ge=0, le=65535)


def _names(text: str) -> tuple[str, ...]:
    return tuple(sorted({name.strip() for name in text.split(",") if name.strip()}))

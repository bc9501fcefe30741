"""Which markets the rules watch; the same settings that `ingest` and the scorer read."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.choice import Choice, parse_choices


class WatchSettings(BaseSettings):
    """Names are `OPA_...` in the environment or `.env`."""

    model_config = SettingsConfigDict(env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True)

    exchange: str = "simulated"
    symbols: str = "BTCUSDT,ETHUSDT,XRPUSDT"
    monitor_every: int = Field(default=24, ge=1)

    def choices(self) -> list[Choice]:
        """The markets of `OPA_SYMBOLS`."""
        return parse_choices(self.symbols, self.exchange)

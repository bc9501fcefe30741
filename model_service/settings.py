"""Settings of the model service."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.interval import Interval, Series


class ModelSettings(BaseSettings):
    """What is modelled and at what cost; read from the environment or `.env`."""

    model_config = SettingsConfigDict(env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True)

    exchange: str = "simulated"
    symbols: str = "BTCUSDT,ETHUSDT,XRPUSDT"
    history: str = "1h:3 years,1m:30 days"
    fee_bp: float = Field(7.5, ge=0, le=500)
    slippage_bp: float = Field(2.0, ge=0, le=500)
    horizon: int = Field(4, ge=1, le=210)
    late_after_s: float = Field(120, gt=0)
    models_dir: Path = Path(".run/models")
    log_level: str = "INFO"

    def followed(self) -> list[Series]:
        """`OPA_SYMBOLS` times the intervals of `OPA_HISTORY`, as series of `OPA_EXCHANGE`."""
        symbols = [name.strip().upper() for name in self.symbols.split(",") if name.strip()]
        intervals = [Interval(part.split(":")[0].strip()) for part in self.history.split(",") if part.strip()]
        return [Series(self.exchange, symbol, interval) for symbol in symbols for interval in intervals]


class ServeSettings(ModelSettings):
    """What the API needs besides; without a key of at least 16 characters nothing starts."""

    api_key: SecretStr = Field(min_length=16)
    listen_host: str = "127.0.0.1"
    model_port: int = Field(8102, ge=0, le=65535)

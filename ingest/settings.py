"""What `ingest` reads from the environment or `.env`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from ingest.live import TradeChoice
from market.choice import Choice, parse_choices
from market.errors import InvalidInput
from market.interval import Interval


class IngestSettings(BaseSettings):
    """Names are `OPA_...` in the environment; `up/.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    exchange: str = "simulated"
    exchange_rest: str = ""
    exchange_ws: str = ""
    exchange_archive: str = ""
    exchange_hosts: str = ""
    binance_key: SecretStr = SecretStr("")
    binance_secret: SecretStr = SecretStr("")
    symbols: str = "BTCUSDT,ETHUSDT,XRPUSDT"
    history: str = "1h:3 years,1m:30 days"
    weight_share: float = Field(default=0.6, gt=0, le=0.95)
    trades: TradeChoice = TradeChoice.OFF
    tick_retention_days: float = Field(default=7, gt=0)
    state_dir: Path = Path(".run/state")
    listen_host: str = "127.0.0.1"
    ingest_metrics_port: int = Field(default=8104, ge=0, le=65535)
    log_level: str = "INFO"

    def choices(self, given: Sequence[str] = ()) -> list[Choice]:
        """What is given by options, else `OPA_SYMBOLS`."""
        return parse_choices(",".join(given) or self.symbols, self.exchange)

    def exchanges(self) -> set[str]:
        """Every exchange that is read: that of `OPA_EXCHANGE` and those that `OPA_SYMBOLS` names."""
        return {self.exchange, *(choice.exchange for choice in self.choices())}

    def host(self, exchange: str) -> str:
        """Where an exchange answers, from `OPA_EXCHANGE_HOSTS`; empty for its own address."""
        entries = [entry.partition("=") for entry in self.exchange_hosts.split(",") if entry.strip()]
        if any(not address.startswith("http") for _, _, address in entries):
            raise InvalidInput(
                f"OPA_EXCHANGE_HOSTS={self.exchange_hosts!r} is no list of exchange=address; write "
                "okx=https://eea.okx.com"
            )
        return {name.strip(): address.strip() for name, _, address in entries}.get(exchange, "")

    def followed(self) -> list[tuple[Interval, str]]:
        """`OPA_HISTORY` as pairs of interval and length: `1h:3 years,1m:30 days`."""
        pairs = [entry.partition(":") for entry in self.history.split(",") if entry.strip()]
        if not pairs or any(not length.strip() for _, _, length in pairs):
            raise InvalidInput(
                f"OPA_HISTORY={self.history!r} is no list of interval:length; write 1h:3 years,1m:30 days"
            )
        return [(Interval(name.strip()), length.strip()) for name, _, length in pairs]

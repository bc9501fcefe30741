"""Settings of the simulator, from the environment or `.env` in the current folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.choice import parse_choices
from market.errors import InvalidInput

_FOLDER: Final = "folder:"
_EXCHANGE: Final = "simulated"


class SimulatorSettings(BaseSettings):
    """Each field is the environment variable `OPA_` + its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True)

    source: str = "simulated"
    symbols: str = "BTCUSDT,ETHUSDT,XRPUSDT"
    listen_host: str = "127.0.0.1"
    simulator_symbols: str = ""
    simulator_scenarios: str = ""
    simulator_port: Annotated[int, Field(ge=0, le=65535)] = 8103
    simulator_seed: Annotated[int, Field(ge=0)] = 7
    simulator_speed: Annotated[float, Field(ge=0, le=100_000)] = 1.0
    simulator_start: AwareDatetime | None = None
    simulator_new_listing: AwareDatetime = datetime(2026, 11, 10, tzinfo=UTC)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    def folder(self) -> Path | None:
        """The folder of recorded candles, None for the generated market."""
        if self.source.startswith(_FOLDER):
            return Path(self.source.removeprefix(_FOLDER)).expanduser()
        if self.source == "simulated":
            return None
        raise InvalidInput(
            f"OPA_SOURCE={self.source} needs no simulator: set it to simulated or to folder:PATH"
        )

    def scenario_names(self) -> list[str]:
        """The scenarios that are armed from the start."""
        return [name.strip() for name in self.simulator_scenarios.split(",") if name.strip()]

    def symbol_names(self) -> list[str]:
        """The symbols to list: no pattern of `OPA_SYMBOLS`, and none of another exchange."""
        choices = parse_choices(f"{self.symbols},{self.simulator_symbols}", _EXCHANGE)
        return [each.pattern for each in choices if each.exchange == _EXCHANGE and not each.is_pattern]

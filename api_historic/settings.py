"""Settings of the historic API."""

from __future__ import annotations

from pydantic import Field

from web.settings import DoorSettings


class HistoricSettings(DoorSettings):
    """Read from the environment or `.env`."""

    historic_port: int = Field(8101, ge=0, le=65535)
    log_level: str = "INFO"

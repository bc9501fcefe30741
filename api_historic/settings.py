"""Settings of the historic API."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class HistoricSettings(BaseSettings):
    """Read from the environment or `.env`; without a key of at least 16 characters nothing starts."""

    model_config = SettingsConfigDict(env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True)

    api_key: SecretStr = Field(min_length=16)
    listen_host: str = "127.0.0.1"
    historic_port: int = Field(8101, ge=0, le=65535)
    log_level: str = "INFO"

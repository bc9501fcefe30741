"""Where Kibana is; only `push` needs it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class KibanaSettings(BaseSettings):
    """Read from the environment or `.env`."""

    model_config = SettingsConfigDict(
        env_prefix="KIBANA_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    url: str = ""
    user: str = "elastic"
    password: SecretStr = SecretStr("")
    ca: Path | None = None
    timeout_s: float = Field(default=60.0, gt=0)

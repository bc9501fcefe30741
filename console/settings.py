"""Settings of the console."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ConsoleSettings(BaseSettings):
    """Read from the environment or `.env`; the key stays on this side and never reaches the browser."""

    model_config = SettingsConfigDict(
        env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    read_key: SecretStr = Field(min_length=16)
    listen_host: str = "127.0.0.1"
    console_port: int = Field(default=8100, ge=0, le=65535)
    historic_port: int = Field(default=8101, ge=0, le=65535)
    model_port: int = Field(default=8102, ge=0, le=65535)
    historic_host: str = "127.0.0.1"
    model_host: str = "127.0.0.1"
    log_level: str = "INFO"

    def addresses(self) -> dict[str, str]:
        """Where the two APIs answer, by the name that the page calls them."""
        return {
            "historic": f"http://{self.historic_host}:{self.historic_port}",
            "model": f"http://{self.model_host}:{self.model_port}",
        }

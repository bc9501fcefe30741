"""Settings that every service with a door has."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.errors import InvalidInput
from web.keys import Keys


class DoorSettings(BaseSettings):
    """Read from the environment or `.env`; without a key nothing starts."""

    model_config = SettingsConfigDict(env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True)

    api_keys: str = Field(repr=False)
    listen_host: str = "127.0.0.1"

    @field_validator("api_keys")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            Keys.parse(text)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return text

    @property
    def keys(self) -> Keys:
        """Who may come in."""
        return Keys.parse(self.api_keys)

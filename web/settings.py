"""Settings that every service with a door has."""

from __future__ import annotations

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.errors import InvalidInput
from web.bounds import Bounds
from web.keys import Keys
from web.rates import Rate


class DoorSettings(BaseSettings):
    """Read from the environment or `.env`; without a key nothing starts."""

    model_config = SettingsConfigDict(
        env_prefix="OPA_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    api_keys: str = Field(repr=False)
    listen_host: str = "127.0.0.1"
    rate_limit: str = "1200/minute"
    rate_limit_unknown: str = "60/minute"
    request_limit_s: float = Field(15, ge=1, le=300)
    statement_limit_s: float = Field(5, gt=0, le=300)
    cors_origins: str = ""

    @field_validator("api_keys")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            Keys.parse(text)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return text

    @field_validator("rate_limit", "rate_limit_unknown")
    @classmethod
    def _a_rate(cls, text: str) -> str:
        try:
            Rate(text)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return text

    @property
    def keys(self) -> Keys:
        """Who may come in."""
        return Keys.parse(self.api_keys)

    @property
    def bounds(self) -> Bounds:
        """How much they may take."""
        return Bounds(
            per_key=self.rate_limit,
            per_address=self.rate_limit_unknown,
            seconds=self.request_limit_s,
            origins=tuple(each.strip() for each in self.cors_origins.split(",") if each.strip()),
        )

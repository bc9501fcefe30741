"""Where Elasticsearch is, as whom the notifier and the runner of panels ask it, and how."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import httpx
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.errors import SinkRefused


class ElasticSettings(BaseSettings):
    """Read from the environment or `.env`. An API key, where one is set, goes before user and password."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    url: str = Field("https://127.0.0.1:9243", alias="ES_URL")
    ca: Path | None = Field(None, alias="ES_CA")
    user: str = Field("opa_notifier", alias="ES_NOTIFIER_USER")
    password: SecretStr | None = Field(None, alias="ES_NOTIFIER_PASSWORD")
    api_key: SecretStr | None = Field(None, alias="ES_NOTIFIER_API_KEY")

    def identity(self) -> tuple[str, str, str]:
        """API key, user and password; empty where there is none."""
        return word(self.api_key), self.user, word(self.password)


def opened(settings: ElasticSettings, timeout_s: float) -> httpx.Client:
    """A client that checks certificates and follows no redirect; `SinkRefused` where `ES_CA` is missing."""
    if settings.ca is not None and not settings.ca.exists():
        raise SinkRefused(f"no certificate at {settings.ca}: set ES_CA to the CA of {settings.url}")
    key, user, password = settings.identity()
    return httpx.Client(
        base_url=settings.url,
        headers={"Authorization": f"ApiKey {key}"} if key else {},
        auth=None if key else httpx.BasicAuth(user, password),
        verify=ssl.create_default_context(cafile=settings.ca),
        timeout=timeout_s,
    )


def read(response: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer; `SinkRefused` where whoever answers is no Elasticsearch."""
    try:
        answer = response.json()
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        told = " ".join(response.text[:80].split())
        raise SinkRefused(
            f"what answers at ES_URL is no Elasticsearch: it says {told!r}; mend ES_URL in .env"
        )
    return answer


def word(secret: SecretStr | None) -> str:
    """A secret as text, empty where there is none."""
    return secret.get_secret_value() if secret else ""

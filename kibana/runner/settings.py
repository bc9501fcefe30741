"""Where Elasticsearch is, and as whom panels are asked: reading is enough."""

from __future__ import annotations

from pathlib import Path

import httpx
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class RunnerSettings(BaseSettings):
    """Read from the environment or `.env`: the notifier, which may read `opa-*`, else the writer."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    url: str = Field("https://127.0.0.1:9243", alias="ES_URL")
    ca: Path | None = Field(None, alias="ES_CA")
    notifier_user: str = Field("opa_notifier", alias="ES_NOTIFIER_USER")
    notifier_password: SecretStr | None = Field(None, alias="ES_NOTIFIER_PASSWORD")
    notifier_api_key: SecretStr | None = Field(None, alias="ES_NOTIFIER_API_KEY")
    writer_user: str = Field("opa_writer", alias="ES_WRITER_USER")
    writer_password: SecretStr | None = Field(None, alias="ES_WRITER_PASSWORD")
    writer_api_key: SecretStr | None = Field(None, alias="ES_WRITER_API_KEY")

    def headers(self) -> dict[str, str]:
        """The API key, where one is set."""
        key = self.notifier_api_key or (None if self.notifier_password else self.writer_api_key)
        return {"Authorization": f"ApiKey {key.get_secret_value()}"} if _filled(key) and key else {}

    def login(self) -> httpx.BasicAuth | None:
        """User and password, where no API key is set."""
        if self.headers():
            return None
        if self.notifier_password is not None and _filled(self.notifier_password):
            return httpx.BasicAuth(self.notifier_user, self.notifier_password.get_secret_value())
        word = self.writer_password.get_secret_value() if self.writer_password else ""
        return httpx.BasicAuth(self.writer_user, word)


def _filled(word: SecretStr | None) -> bool:
    return bool(word and word.get_secret_value())

"""What the notifier reads from the environment or `.env`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotifierSettings(BaseSettings):
    """An API key, where one is set, goes before user and password. The addresses are secrets: they hold
    tokens, so none of them is ever printed.
    """

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    url: str = Field("https://127.0.0.1:9243", alias="ES_URL")
    ca: Path | None = Field(None, alias="ES_CA")
    user: str = Field("opa_notifier", alias="ES_NOTIFIER_USER")
    password: SecretStr = Field(SecretStr(""), alias="ES_NOTIFIER_PASSWORD")
    api_key: SecretStr = Field(SecretStr(""), alias="ES_NOTIFIER_API_KEY")
    notify_urls: SecretStr = Field(SecretStr(""), alias="OPA_NOTIFY_URLS")
    repeat_hours: float = Field(6.0, alias="OPA_NOTIFY_REPEAT_HOURS", gt=0)
    state_dir: Path = Field(Path(".run/state"), alias="OPA_STATE_DIR")
    log_level: str = Field("INFO", alias="OPA_LOG_LEVEL")

    @property
    def state_file(self) -> Path:
        """What a restart has to remember."""
        return self.state_dir / "notifier.json"

"""Where Elasticsearch is, as whom we come, and where dead letters go."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

SinkUser = Literal["writer", "maintainer"]


class LoaderSettings(BaseSettings):
    """Read from the environment or `.env`. An API key, where one is set, goes before user and password."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    url: str = Field("https://127.0.0.1:9243", alias="ES_URL")
    ca: Path | None = Field(None, alias="ES_CA")
    writer_user: str = Field("opa_writer", alias="ES_WRITER_USER")
    writer_password: SecretStr | None = Field(None, alias="ES_WRITER_PASSWORD")
    writer_api_key: SecretStr | None = Field(None, alias="ES_WRITER_API_KEY")
    maintainer_user: str = Field("opa_maintainer", alias="ES_MAINTAINER_USER")
    maintainer_password: SecretStr | None = Field(None, alias="ES_MAINTAINER_PASSWORD")
    maintainer_api_key: SecretStr | None = Field(None, alias="ES_MAINTAINER_API_KEY")
    log_level: str = Field("INFO", alias="OPA_LOG_LEVEL")
    state_dir: Path = Field(Path(".run/state"), alias="OPA_STATE_DIR")
    dead_letter_mb: float = Field(256, gt=0, alias="OPA_DEAD_LETTER_MB")
    change_log_days: float = Field(14, gt=0, alias="OPA_CHANGE_LOG_DAYS")

    def login(self, user: SinkUser) -> tuple[str, str]:
        """User name and password; the password is empty when none is set."""
        name, word = (
            (self.writer_user, self.writer_password)
            if user == "writer"
            else (self.maintainer_user, self.maintainer_password)
        )
        return name, word.get_secret_value() if word else ""

    def api_key(self, user: SinkUser) -> str | None:
        """The API key of a user, if one is set."""
        key = self.writer_api_key if user == "writer" else self.maintainer_api_key
        return key.get_secret_value() if key else None

    @property
    def dead_letters(self) -> Path:
        """The file of refused documents."""
        return self.state_dir / "dead_letters.jsonl"

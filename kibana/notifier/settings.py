"""What the notifier reads from the environment or `.env`."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr

from kibana.elasticsearch import ElasticSettings


class NotifierSettings(ElasticSettings):
    """The addresses are secrets: they hold tokens, so none of them is ever printed."""

    notify_urls: SecretStr = Field(SecretStr(""), alias="OPA_NOTIFY_URLS")
    repeat_hours: float = Field(6.0, alias="OPA_NOTIFY_REPEAT_HOURS", gt=0)
    state_dir: Path = Field(Path(".run/state"), alias="OPA_STATE_DIR")
    log_level: str = Field("INFO", alias="OPA_LOG_LEVEL")

    @property
    def state_file(self) -> Path:
        """What a restart has to remember."""
        return self.state_dir / "notifier.json"

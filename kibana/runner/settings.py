"""As whom panels are asked: reading is enough."""

from __future__ import annotations

from pydantic import Field, SecretStr

from kibana.elasticsearch import ElasticSettings, word


class RunnerSettings(ElasticSettings):
    """The notifier, which may read `opa-*`; the writer in a house that has none."""

    writer_user: str = Field("opa_writer", alias="ES_WRITER_USER")
    writer_password: SecretStr | None = Field(None, alias="ES_WRITER_PASSWORD")
    writer_api_key: SecretStr | None = Field(None, alias="ES_WRITER_API_KEY")

    def identity(self) -> tuple[str, str, str]:
        """API key, user and password of whichever is set."""
        if word(self.api_key) or word(self.password):
            return super().identity()
        return word(self.writer_api_key), self.writer_user, word(self.writer_password)

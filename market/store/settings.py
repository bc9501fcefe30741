"""How to reach the database: one user per room, least rights each."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

DatabaseUser = Literal["ingest", "model", "reader", "migrator"]


class StoreSettings(BaseSettings):
    """Read from the environment or `.env`; a missing password stops the start."""

    model_config = SettingsConfigDict(env_prefix="OPA_DB_", env_file=".env", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 3406
    name: str = "opa"
    ingest_password: SecretStr
    model_password: SecretStr
    reader_password: SecretStr
    migrator_password: SecretStr
    connect_timeout_s: int = 10
    pool_size: int = 4

    def password(self, user: DatabaseUser) -> str:
        """The password of one database user (`opa_ingest`, `opa_model`, `opa_reader`, `opa_migrator`)."""
        secret: SecretStr = getattr(self, f"{user}_password")
        return secret.get_secret_value()


class RootSettings(BaseSettings):
    """How `python -m market.store users` reaches the server as its administrator."""

    model_config = SettingsConfigDict(env_prefix="OPA_DB_", env_file=".env", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = 3406
    socket: str | None = None
    root_user: str = "root"
    root_password: SecretStr = SecretStr("")
    connect_timeout_s: int = 10

    def arguments(self) -> dict[str, Any]:
        """Arguments for the driver; a socket takes the place of host and port."""
        where = {"unix_socket": self.socket} if self.socket else {"host": self.host, "port": self.port}
        return {
            **where,
            "user": self.root_user,
            "password": self.root_password.get_secret_value(),
            "connection_timeout": self.connect_timeout_s,
            "charset": "utf8mb4",
            "collation": "utf8mb4_unicode_ci",
        }

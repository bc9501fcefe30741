"""How to reach the database: one user per room, least rights each."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from market.errors import InvalidInput

DatabaseUser = Literal["ingest", "model", "reader", "migrator", "heartbeat", "trimmer"]


class StoreSettings(BaseSettings):
    """Read from the environment or `.env`; a missing password stops the start."""

    model_config = SettingsConfigDict(
        env_prefix="OPA_DB_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = 3406
    name: str = "opa"
    ingest_password: SecretStr
    model_password: SecretStr
    reader_password: SecretStr
    migrator_password: SecretStr
    heartbeat_password: SecretStr | None = None  # a house of an older version has none
    trimmer_password: SecretStr | None = None
    connect_timeout_s: int = 10
    read_timeout_s: int = 120  # between two parts of an answer
    pool_size: int = 4
    patience_s: int = 10  # for a connection of the pool
    statement_limit_s: float = 0  # 0: as long as it takes

    def for_answers(self, statement_limit_s: float = 5) -> StoreSettings:
        """For those whom somebody waits for: a server that hangs is given up before they are gone.

        A statement is ended by the server after `statement_limit_s`, some time before we would hang up.
        """
        return self.model_copy(
            update={
                "connect_timeout_s": 3,
                "read_timeout_s": math.ceil(statement_limit_s) + 3,
                "patience_s": 5,
                "statement_limit_s": statement_limit_s,
            }
        )

    def password(self, user: DatabaseUser) -> str:
        """The password of one database user (`opa_ingest`, `opa_model`, ...); `InvalidInput` without one."""
        return _known(getattr(self, f"{user}_password"), user)

    @property
    def users(self) -> list[DatabaseUser]:
        """Every user that has a password."""
        return [user for user in get_args(DatabaseUser) if getattr(self, f"{user}_password")]


class HeartbeatSettings(BaseSettings):
    """What a process needs to write its heartbeat, and nothing else; without a password it does not beat."""

    model_config = SettingsConfigDict(
        env_prefix="OPA_DB_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
        hide_input_in_errors=True,
    )

    exchange: str = Field("simulated", alias="OPA_EXCHANGE")
    state_dir: Path = Field(Path(".run/state"), alias="OPA_STATE_DIR")
    retention_days: float = Field(7, gt=0, alias="OPA_HEARTBEAT_RETENTION_DAYS")
    host: str = "127.0.0.1"
    port: int = 3406
    name: str = "opa"
    heartbeat_password: SecretStr | None = None
    connect_timeout_s: int = 5
    read_timeout_s: int = 10
    pool_size: int = 2
    patience_s: int = 5
    statement_limit_s: float = 0

    def password(self, user: DatabaseUser) -> str:
        """That of `heartbeat`, the only user known here; `InvalidInput` without one."""
        return _known(self.heartbeat_password, user)


def _known(secret: SecretStr | None, user: DatabaseUser) -> str:
    if not secret:
        raise InvalidInput(f"OPA_DB_{user.upper()}_PASSWORD is missing: `sh setup.sh` makes it")
    return secret.get_secret_value()


class RootSettings(BaseSettings):
    """How `python -m market.store users` reaches the server as its administrator."""

    model_config = SettingsConfigDict(
        env_prefix="OPA_DB_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = 3406
    socket: str | None = None
    root_user: str = "root"
    root_password: SecretStr = SecretStr("")
    connect_timeout_s: int = 10
    read_timeout_s: int = 60

    def arguments(self) -> dict[str, Any]:
        """Arguments for the driver; a socket takes the place of host and port."""
        where = {"unix_socket": self.socket} if self.socket else {"host": self.host, "port": self.port}
        return {
            **where,
            "user": self.root_user,
            "password": self.root_password.get_secret_value(),
            "connection_timeout": self.connect_timeout_s,
            "read_timeout": self.read_timeout_s,
            "write_timeout": self.read_timeout_s,
            "charset": "utf8mb4",
            "collation": "utf8mb4_unicode_ci",
        }

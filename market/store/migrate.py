"""The schema, and who may do what in it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any, Final

import pymysql
from yoyo import read_migrations
from yoyo.backends.core.mysql import MySQLBackend
from yoyo.connections import DatabaseURI

from market.errors import MarketError, StoreRefused, StoreUnavailable
from market.store.rights import grant_tables
from market.store.settings import StoreSettings

log = logging.getLogger(__name__)
MIGRATIONS: Final = Path(__file__).parent / "migrations"


class _Backend(MySQLBackend):  # type: ignore[misc]
    """yoyo's own connects with arguments that PyMySQL is about to drop."""

    def connect(self, dburi: DatabaseURI) -> Any:
        return pymysql.connect(
            host=dburi.hostname,
            port=dburi.port,
            user=dburi.username,
            password=dburi.password,
            database=dburi.database,
            charset="utf8mb4",
        )


def migrate(settings: StoreSettings, folder: Path = MIGRATIONS) -> list[str]:
    """Apply what is not applied yet, renew the rights on the tables; the names of what was applied."""
    try:
        applied = _apply(settings, folder)
    except pymysql.err.MySQLError as error:
        raise _refused(error) from error
    grant_tables(settings)
    return applied


def _apply(settings: StoreSettings, folder: Path) -> list[str]:
    password = settings.password("migrator")
    where = DatabaseURI(
        "mysql", "opa_migrator", password, settings.host, settings.port, settings.name, args={}
    )
    backend = _Backend(where, "_yoyo_migration")
    try:
        backend.init_database()
        with backend.lock():
            wanted = backend.to_apply(read_migrations(str(folder)))
            backend.apply_migrations(wanted)
    finally:
        backend.connection.close()
    names = [migration.id for migration in wanted]
    log.info("migrations applied: %s", ", ".join(names) or "none, the schema is up to date")
    return names


def _refused(error: pymysql.err.MySQLError) -> MarketError:
    number = error.args[0] if error.args else None
    if isinstance(number, int) and 2000 <= number < 3000:
        return StoreUnavailable(f"migrate: {error}; check OPA_DB_HOST and OPA_DB_PORT")
    return StoreRefused(
        f"migrate: {error}; run `python -m market.store users` so that opa_migrator exists,"
        " and check OPA_DB_MIGRATOR_PASSWORD"
    )

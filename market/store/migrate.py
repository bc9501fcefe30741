"""The schema, and who may do what in it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pymysql
from yoyo import get_backend, read_migrations

from market.errors import MarketError, StoreRefused, StoreUnavailable
from market.store.connection import Database
from market.store.rights import grant_tables
from market.store.settings import StoreSettings

log = logging.getLogger(__name__)
MIGRATIONS: Final = Path(__file__).parent / "migrations"


def migrate(settings: StoreSettings) -> list[str]:
    """Apply what is not applied yet, renew the rights on the tables; the names of what was applied."""
    try:
        applied = _apply(settings)
    except pymysql.err.MySQLError as error:
        raise _refused(error) from error
    grant_tables(Database(settings, "migrator"))
    return applied


def _apply(settings: StoreSettings) -> list[str]:
    backend = get_backend(_address(settings))
    try:
        with backend.lock():
            wanted = backend.to_apply(read_migrations(str(MIGRATIONS)))
            backend.apply_migrations(wanted)
    finally:
        backend.connection.close()
    names = [migration.id for migration in wanted]
    log.info("migrations applied: %s", ", ".join(names) or "none, the schema is up to date")
    return names


def _address(settings: StoreSettings) -> str:
    password = quote(settings.password("migrator"), safe="")
    return f"mysql://opa_migrator:{password}@{settings.host}:{settings.port}/{settings.name}?charset=utf8mb4"


def _refused(error: pymysql.err.MySQLError) -> MarketError:
    number = error.args[0] if error.args else None
    if isinstance(number, int) and 2000 <= number < 3000:
        return StoreUnavailable(f"migrate: {error}; check OPA_DB_HOST and OPA_DB_PORT")
    return StoreRefused(
        f"migrate: {error}; run `python -m market.store users` so that opa_migrator exists,"
        " and check OPA_DB_MIGRATOR_PASSWORD"
    )

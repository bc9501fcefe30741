"""The server's own LOAD DATA, which writes and imports are compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mysql.connector

from market.store import StoreSettings


def loading_connection(settings: StoreSettings, folder: Path) -> Any:
    """A connection that may make tables and load files of `folder`."""
    return mysql.connector.connect(
        host=settings.host,
        port=settings.port,
        user="opa_migrator",
        password=settings.password("migrator"),
        database=settings.name,
        allow_local_infile_in_path=str(folder),
        charset="utf8mb4",
        collation="utf8mb4_unicode_ci",
    )

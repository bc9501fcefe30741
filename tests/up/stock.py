"""What a record and a models' folder hold, to compare one moment or place with another."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from market.store import Database, StoreSettings

# A restore is another history on purpose; migrations are the schema's, not business.
_NOT_BUSINESS = ("change_epoch", "yoyo", "_yoyo")


def tables(settings: StoreSettings) -> dict[str, tuple[int, str]]:
    """Rows and SHA-256 of every business table, in the order of its primary key."""
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")
        names = [name for name, _ in cursor.fetchall() if not name.startswith(_NOT_BUSINESS)]
        return {name: _table(cursor, name) for name in sorted(names)}


def files(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _table(cursor: Any, name: str) -> tuple[int, str]:
    cursor.execute(
        "SELECT column_name FROM information_schema.key_column_usage WHERE table_schema = DATABASE()"
        " AND table_name = %s AND constraint_name = 'PRIMARY' ORDER BY ordinal_position",
        (name,),
    )
    keys = ", ".join(f"`{row[0]}`" for row in cursor.fetchall())
    cursor.execute(f"SELECT * FROM `{name}` ORDER BY {keys}")
    digest, count = hashlib.sha256(), 0
    for row in cursor:
        digest.update(repr(row).encode())
        count += 1
    return count, digest.hexdigest()

"""After an upgrade: is every row of before still there, as it was?

    sh setup.sh backup before.tar.gz      # with the older version, its services stopped
    (take the newer version)
    sh setup.sh
    python -m bench.upgrade before.tar.gz

Loads the backup beside the record of this checkout (`.env`), into a schema that is dropped again, and
looks for each row of before in the record. Of candles only confirmed ones count; of a model, whether it is in
charge may change. Exit 1 where a row is gone or has other values.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import hashlib  # isort: skip
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import mysql.connector
from rich.console import Console
from rich.table import Table

from up import archive
from up.environment import EnvFile, child_environment
from up.native import Native
from up.places import Places

BEFORE: Final = "opa_before"
# These move on with the market: a counter, a clock, ranges that grow, heads of chains, follow-ups.
MOVING: Final = (
    *("change_counter", "change_epoch", "market_clock", "coverage", "holes", "chain_heads", "health"),
    *("rechecks", "change_log", "yoyo_lock"),
)
ONLY: Final = {"klines": "finality = 'confirmed'"}
LEFT_OUT: Final = {"models": {"active"}}


def load(cursor: Any, backup: Path, env: EnvFile, house: Native) -> None:
    """The backup's record into the schema `opa_before`."""
    cursor.execute(f"DROP DATABASE IF EXISTS {BEFORE}")
    cursor.execute(f"CREATE DATABASE {BEFORE} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci")
    with tempfile.TemporaryDirectory() as folder:
        archive.unpack(backup, Path(folder))
        with Path(folder, archive.SQL).open("rb") as dump:
            subprocess.run(
                [*house.load_command()[:-1], BEFORE],
                stdin=dump,
                env=child_environment({"MYSQL_PWD": env.get("OPA_DB_ROOT_PASSWORD")}),
                check=True,
            )


def compared(cursor: Any, table: str, now: str) -> tuple[int, int, int]:
    """Rows before, rows now, rows of before that are not there any more."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
        " ORDER BY ordinal_position",
        (BEFORE, table),
    )
    columns = ", ".join(f"`{name}`" for (name,) in cursor.fetchall() if name not in LEFT_OUT.get(table, ()))
    rows = []
    for schema in (BEFORE, now):
        cursor.execute(f"SELECT {columns} FROM `{schema}`.`{table}` WHERE {ONLY.get(table, 'TRUE')}")
        rows.append({hashlib.sha256(repr(row).encode()).digest() for row in cursor})
    before, after = rows
    return len(before), len(after), len(before - after)


def main(backup: str) -> int:
    """Compare, print, judge."""
    places = Places()
    env = EnvFile(places.env_file)
    shown, lost = Table("table", "rows before", "rows now", "gone or changed"), 0
    with (
        mysql.connector.connect(
            host="127.0.0.1",
            port=int(env.get("OPA_DB_PORT")),
            user="root",
            password=env.get("OPA_DB_ROOT_PASSWORD"),
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        try:
            load(cursor, Path(backup), env, Native(places, env))
            cursor.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = %s"
                " AND table_type = 'BASE TABLE' ORDER BY table_name",
                (BEFORE,),
            )
            for (table,) in [row for row in cursor.fetchall() if row[0] not in MOVING]:
                before, now, gone = compared(cursor, table, env.get("OPA_DB_NAME"))
                shown.add_row(table, f"{before:,}", f"{now:,}", str(gone))
                lost += gone
        finally:
            cursor.execute(f"DROP DATABASE IF EXISTS {BEFORE}")
    Console().print(shown)
    return 1 if lost else 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

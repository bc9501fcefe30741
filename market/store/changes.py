"""The change log as a follower reads it."""

from __future__ import annotations

from market.ports import Change
from market.store.connection import Database


class MySQLChangeLog:
    """`ChangeLog` on the tables `change_log`, `change_counter` and `change_epoch`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def epoch(self) -> str:
        """Identity of this log; another one means: rebuild."""
        with self._db.transaction() as cursor:
            cursor.execute("SELECT epoch FROM change_epoch WHERE id = 1")
            return str(cursor.fetchone()[0])

    def oldest(self) -> int:
        """Smallest `seq` still kept; one past the head when every line was trimmed."""
        with self._db.transaction() as cursor:
            cursor.execute(
                "SELECT COALESCE((SELECT MIN(seq) FROM change_log),"
                " (SELECT seq + 1 FROM change_counter WHERE id = 1))"
            )
            return int(cursor.fetchone()[0])

    def head(self) -> int:
        """Largest `seq` given out, 0 for an empty log."""
        with self._db.transaction() as cursor:
            cursor.execute("SELECT seq FROM change_counter WHERE id = 1")
            return int(cursor.fetchone()[0])

    def read(self, after: int, limit: int = 1000) -> list[Change]:
        """Lines with `seq > after`, in order."""
        with self._db.transaction() as cursor:
            cursor.execute(
                "SELECT seq, stream, series, from_time, to_time FROM change_log"
                " WHERE seq > %s ORDER BY seq LIMIT %s",
                (after, limit),
            )
            return [Change(*row) for row in cursor.fetchall()]

"""The change log as a follower reads it."""

from __future__ import annotations

from typing import Final

from market.ports import Change
from market.ports.market_data import TRIMMED_AT_ONCE
from market.store.connection import Database

_BATCH: Final = 5_000
_LAG: Final = (
    "SELECT CAST(seq AS SIGNED) - %s, (SELECT TIMESTAMPDIFF(MICROSECOND, recorded_at, CURRENT_TIMESTAMP(3))"
    " DIV 1000 FROM change_log WHERE seq > %s ORDER BY seq LIMIT 1) FROM change_counter WHERE id = 1"
)
_FIRST_KEPT: Final = (
    "SELECT seq FROM change_log WHERE seq <= %s"
    " AND recorded_at >= CURRENT_TIMESTAMP(3) - INTERVAL %s MICROSECOND ORDER BY seq LIMIT 1"
)


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

    def lag(self, after: int) -> tuple[int, int]:
        """How many numbers were given out after this one, and the age (ms) of the first line of them."""
        with self._db.transaction() as cursor:
            cursor.execute(_LAG, (after, after))
            lines, age = cursor.fetchone()
            return max(int(lines), 0), int(age or 0)


class MySQLLogTrimmer:
    """`LogTrimmer`: the one database user that may delete lines, and may do nothing else."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def trim(self, up_to: int, keep_s: float, most: int = TRIMMED_AT_ONCE) -> int:
        """Delete lines from the far end that are older than `keep_s` and not after `up_to`; how many.

        A batch per transaction, so that a writer never waits for long. A line behind a younger one stays:
        what is left has no gap.
        """
        trimmed: int = 0
        with self._db.transaction() as cursor:
            cursor.execute("SELECT IFNULL(MIN(seq), 0) FROM change_log")
            last = min(up_to, cursor.fetchone()[0] + most - 1)
            cursor.execute(_FIRST_KEPT, (last, round(keep_s * 1_000_000)))
            kept = cursor.fetchone()
        last = kept[0] - 1 if kept else last
        while True:
            with self._db.transaction() as cursor:
                cursor.execute("DELETE FROM change_log WHERE seq <= %s ORDER BY seq LIMIT %s", (last, _BATCH))
                deleted = int(cursor.rowcount)
            trimmed += deleted
            if deleted < _BATCH:
                return trimmed

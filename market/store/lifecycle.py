"""`LifecycleStore` on MySQL and MariaDB: each method is one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import orjson

from market.decision import Role
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series
from market.ports import EventKind, ModelEvent, ModelRecord, MonitorState, Reading, SeriesPage
from market.store.connection import Database, log_changes
from market.store.decisions_rows import Row, json_text
from market.store.models import series_clause, write_model
from market.store.pages_sql import OF_SERIES, page_clause
from market.store.registry import find_series

EVENTS: Final = "model_events"
MONITORS: Final = "monitors"
_NAMES: Final = (
    " JOIN series AS s ON s.series_id = e.series_id JOIN symbols AS m ON m.symbol_id = s.symbol_id"
)
_EVENT: Final = (
    "SELECT m.exchange, m.symbol, s.interval_name, e.role, e.kind, e.time, e.model_id, e.reason, e.details"  # noqa: S608
    f" FROM model_events AS e{_NAMES}"
)
_READING: Final = (
    "SELECT m.exchange, m.symbol, s.interval_name, e.role, e.measure, e.feature, e.time, e.model_id,"  # noqa: S608
    f" e.value, e.low, e.high, e.n, e.state FROM monitors AS e{_NAMES}"
)
_READING_ORDER: Final = "m.exchange, m.symbol, s.interval_name, e.role, e.measure, e.feature"
_NEWEST: Final = (
    " JOIN (SELECT series_id, role, MAX(time) AS time FROM monitors GROUP BY series_id, role) AS n"
    " ON n.series_id = e.series_id AND n.role = e.role AND n.time = e.time"
)
# By its key: who waits for it holds nothing that the one before needs.
_ACTIVE: Final = (
    "SELECT 1 FROM models WHERE model_id = %s AND series_id = %s AND role = %s AND active FOR UPDATE"
)
_BEFORE: Final = (
    "SELECT model_id FROM models WHERE series_id = %s AND role = %s AND activated_at IS NOT NULL"
    " AND model_id <> %s ORDER BY activated_at DESC, model_id DESC LIMIT 1"
)
Line = tuple[str, str, int, int]


class MySQLLifecycleStore:
    """The timeline of the models, and the monitors; both are only ever appended to."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add_events(self, events: Sequence[ModelEvent]) -> int:
        """Append events; those that are there already are left alone."""
        with self._db.transaction() as cursor:
            lines = _add_events(cursor, events)
            if lines:
                log_changes(cursor, lines)
            return len(lines)

    def events(
        self,
        series: Series | None = None,
        *,
        since: int = 0,
        end: int = END_OF_TIME,
        limit: int = 1_000,
    ) -> list[ModelEvent]:
        """The timeline of `[since, end)`, newest first."""
        where, values = series_clause(series)
        with self._db.transaction() as cursor:
            cursor.execute(
                f"{_EVENT} WHERE {' AND '.join(where)}"
                " AND e.time >= %s AND e.time < %s ORDER BY e.time DESC, e.event_id LIMIT %s",
                (*values, since, end, limit),
            )
            return [_event(row) for row in cursor.fetchall()]

    def event_page(self, page: SeriesPage, kinds: Sequence[EventKind] = ()) -> list[ModelEvent]:
        """The timeline by time, of one of the kinds if there are any."""
        where, values = page_clause(page, OF_SERIES, "e.time", "e.event_id")
        if kinds:
            where.append(f"e.kind IN ({', '.join(['%s'] * len(kinds))})")
            values += [kind.value for kind in kinds]
        with self._db.transaction() as cursor:
            cursor.execute(
                f"{_EVENT} WHERE {' AND '.join(where)} ORDER BY e.time DESC, e.event_id LIMIT %s",
                (*values, page.limit),
            )
            return [_event(row) for row in cursor.fetchall()]

    def install(
        self,
        models: Sequence[ModelRecord],
        events: Sequence[ModelEvent],
        replacing: Sequence[ModelRecord] = (),
    ) -> None:
        """Register active models and append events, all in one transaction."""
        with self._db.transaction() as cursor:
            for model in sorted(replacing, key=lambda each: each.model_id):
                _demand_in_charge(cursor, find_series(cursor, model.series), model)
            for model in models:
                write_model(cursor, find_series(cursor, model.series), model)
            log_changes(cursor, [*_model_lines(models), *_add_events(cursor, events)])

    def withdraw(self, models: Sequence[ModelRecord], events: Sequence[ModelEvent]) -> None:
        """Take active models out of charge; the one before each takes its place."""
        with self._db.transaction() as cursor:
            for model in models:
                _withdraw(cursor, find_series(cursor, model.series), model)
            log_changes(cursor, [*_model_lines(models), *_add_events(cursor, events)])

    def save_readings(self, readings: Sequence[Reading]) -> int:
        """Append readings; those that are there already are left alone."""
        with self._db.transaction() as cursor:
            new = [each for each in readings if not _has_reading(cursor, each)]
            if not new:
                return 0
            cursor.executemany(
                "INSERT INTO monitors (series_id, role, time, measure, feature, model_id, value, low, high,"
                " n, state) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    (
                        find_series(cursor, r.series), r.role.value, r.time, r.measure, r.feature, r.model_id,
                        r.value, r.low, r.high, r.n, r.state.value,
                    )
                    for r in new
                ],
            )  # fmt: skip
            log_changes(cursor, sorted({(MONITORS, str(r.series), r.time, r.time) for r in new}))
            return len(new)

    def readings(
        self,
        series: Series | None = None,
        role: Role | None = None,
        *,
        since: int = 0,
        end: int = END_OF_TIME,
        limit: int = 10_000,
    ) -> list[Reading]:
        """Readings of candles that open in `[since, end)`, newest first."""
        where, values = series_clause(series)
        if role is not None:
            where, values = [*where, "e.role = %s"], [*values, role.value]
        with self._db.transaction() as cursor:
            cursor.execute(
                f"{_READING} WHERE {' AND '.join(where)} AND e.time >= %s AND e.time < %s"
                f" ORDER BY e.time DESC, {_READING_ORDER} LIMIT %s",
                (*values, since, end, limit),
            )
            return [_reading(row) for row in cursor.fetchall()]

    def newest_readings(self) -> list[Reading]:
        """The readings of the newest candle that was read for each series and role, by series."""
        with self._db.transaction() as cursor:
            cursor.execute(f"{_READING}{_NEWEST} ORDER BY {_READING_ORDER}")
            return [_reading(row) for row in cursor.fetchall()]


def _event(row: Row) -> ModelEvent:
    *names, role, kind, time, model, reason, details = row
    return ModelEvent(
        Series.of(*names), Role(role), EventKind(kind), time, model, reason, orjson.loads(details)
    )


def _reading(row: Row) -> Reading:
    *names, role, measure, feature, time, model_id, value, low, high, n, state = row
    return Reading(
        Series.of(*names), Role(role), measure, feature, time, model_id, value, low, high, n,
        MonitorState(state),
    )  # fmt: skip


def _add_events(cursor: Any, events: Sequence[ModelEvent]) -> list[Line]:
    lines: list[Line] = []
    for e in events:
        cursor.execute("SELECT 1 FROM model_events WHERE event_id = %s", (e.event_id,))
        if cursor.fetchone():
            continue
        cursor.execute(
            "INSERT INTO model_events (event_id, series_id, role, kind, time, model_id, reason, details)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            (
                e.event_id, find_series(cursor, e.series), e.role.value, e.kind.value, e.time, e.model_id,
                e.reason, json_text(dict(e.details)),
            ),
        )  # fmt: skip
        lines.append((EVENTS, str(e.series), e.time, e.time))
    return lines


def _demand_in_charge(cursor: Any, series_id: int, model: ModelRecord) -> None:
    """And that it stays so until the transaction ends."""
    cursor.execute(_ACTIVE, (model.model_id, series_id, model.role.value))
    if not cursor.fetchall():
        raise InvalidInput(f"{model.model_id} is not in charge any more: look at GET /v1/models again")


def _withdraw(cursor: Any, series_id: int, model: ModelRecord) -> None:
    _demand_in_charge(cursor, series_id, model)
    place = (series_id, model.role.value)
    cursor.execute(_BEFORE, (*place, model.model_id))
    before = cursor.fetchone()
    if before is None:
        raise InvalidInput(f"{model.series} {model.role}: no model was in charge before {model.model_id}")
    cursor.execute(
        "UPDATE models SET active = FALSE, activated_at = NULL WHERE model_id = %s", (model.model_id,)
    )
    cursor.execute("UPDATE models SET active = TRUE WHERE model_id = %s", before)


def _model_lines(models: Sequence[ModelRecord]) -> list[Line]:
    return [("models", str(model.series), model.trained_at, model.trained_at) for model in models]


def _has_reading(cursor: Any, r: Reading) -> bool:
    cursor.execute(
        "SELECT 1 FROM monitors WHERE series_id = %s AND role = %s AND time = %s AND measure = %s"
        " AND feature = %s",
        (find_series(cursor, r.series), r.role.value, r.time, r.measure, r.feature),
    )
    return cursor.fetchone() is not None

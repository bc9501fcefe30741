"""Registered models: functions inside the caller's transaction."""

from __future__ import annotations

from typing import Any, Final

import orjson

from market.decision import Role
from market.interval import Series
from market.ports import ModelRecord, SeriesPage
from market.store.connection import log_change
from market.store.decisions_rows import Row, json_text
from market.store.exact_sql import as_id
from market.store.pages_sql import OF_SERIES, page_clause

_COLUMNS: Final = (
    "m.exchange, m.symbol, s.interval_name, t.model_id, t.role, t.kind, t.trained_at,"
    " t.train_start, t.train_end, t.horizon, t.active, {card}, t.files, t.activated_at"
)
_TABLES: Final = (
    " FROM models AS t JOIN series AS s ON s.series_id = t.series_id"
    " JOIN symbols AS m ON m.symbol_id = s.symbol_id"
)
_WHOLE: Final = f"SELECT {_COLUMNS.format(card='t.card')}{_TABLES}"
_VERDICT: Final = "JSON_OBJECT('verdict', JSON_UNQUOTE(JSON_EXTRACT(t.card, '$.verdict')))"
_LIGHT: Final = f"SELECT {_COLUMNS.format(card=_VERDICT)}{_TABLES}"


def save_model(cursor: Any, series_id: int, model: ModelRecord) -> None:
    """Register a model; an active one takes the place of the active one of its series and role."""
    write_model(cursor, series_id, model)
    log_change(cursor, "models", str(model.series), model.trained_at, model.trained_at)


def write_model(cursor: Any, series_id: int, model: ModelRecord) -> None:
    """The rows of `save_model`; the caller appends to the change log."""
    if model.active:
        cursor.execute(
            "UPDATE models SET active = FALSE WHERE series_id = %s AND role = %s",
            (series_id, model.role.value),
        )
    cursor.execute(
        "INSERT INTO models (model_id, series_id, role, kind, trained_at, train_start, train_end, horizon,"
        " active, card, files, activated_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " ON DUPLICATE KEY UPDATE active = VALUES(active), card = VALUES(card), files = VALUES(files),"
        " activated_at = VALUES(activated_at)",
        (
            model.model_id, series_id, model.role.value, model.kind, model.trained_at, model.train_start,
            model.train_end, model.horizon, model.active, json_text(dict(model.card)),
            json_text(dict(model.files)), model.activated_at,
        ),
    )  # fmt: skip


def read_models(cursor: Any, series: Series | None, active_only: bool) -> list[ModelRecord]:
    """Registered models, newest first."""
    where, values = series_clause(series)
    if active_only:
        where.append("t.active")
    cursor.execute(f"{_WHOLE} WHERE {' AND '.join(where)} ORDER BY t.trained_at DESC, t.model_id", values)
    return [_model(row) for row in cursor.fetchall()]


def read_model(cursor: Any, model_id: str) -> ModelRecord | None:
    """One registered model."""
    cursor.execute(f"{_WHOLE} WHERE t.model_id = %s", (as_id(model_id),))
    row = cursor.fetchone()
    return _model(row) if row else None


def read_model_page(cursor: Any, page: SeriesPage, role: Role | None, active_only: bool) -> list[ModelRecord]:
    """Registered models by when they were trained, without their cards but for the verdict."""
    where, values = page_clause(page, OF_SERIES, "t.trained_at", "t.model_id")
    if role is not None:
        where, values = [*where, "t.role = %s"], [*values, role.value]
    if active_only:
        where.append("t.active")
    cursor.execute(
        f"{_LIGHT} WHERE {' AND '.join(where)} ORDER BY t.trained_at DESC, t.model_id LIMIT %s",
        (*values, page.limit),
    )
    return [_model(row) for row in cursor.fetchall()]


def series_of(cursor: Any, role: Role) -> list[Series]:
    """The series that a model of this role was ever registered for, in order."""
    cursor.execute(
        f"SELECT DISTINCT m.exchange, m.symbol, s.interval_name{_TABLES} WHERE t.role = %s",
        (role.value,),
    )
    return sorted(Series.of(*names) for names in cursor.fetchall())


def series_clause(series: Series | None) -> tuple[list[str], list[str]]:
    """Conditions and values that keep one series, or everything."""
    if series is None:
        return ["TRUE"], []
    names = [series.exchange, series.symbol, series.interval.name]
    return ["m.exchange = %s", "m.symbol = %s", "s.interval_name = %s"], names


def _model(row: Row) -> ModelRecord:
    exchange, symbol, interval, model_id, role, kind, *numbers, active, card, files, activated_at = row
    series = Series.of(exchange, symbol, interval)
    trained_at, train_start, train_end, horizon = numbers
    return ModelRecord(
        model_id, series, Role(role), kind, trained_at, train_start, train_end, horizon, bool(active),
        orjson.loads(card), orjson.loads(files), activated_at,
    )  # fmt: skip

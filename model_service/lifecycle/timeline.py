"""Entries of the timeline that follow from models and jobs."""

from __future__ import annotations

from collections.abc import Iterable

from market.decision import Role
from market.interval import Series
from market.ports import EventKind, ModelEvent, ModelRecord
from model_service.lifecycle.line_up import PROMOTED
from model_service.registry import expires_at


def trained(records: Iterable[ModelRecord]) -> list[ModelEvent]:
    """Of models that came out of training: trained, or blocked as too good to be true."""
    return [
        ModelEvent(
            each.series, each.role, EventKind.TRAINED if each.activated_at else EventKind.BLOCKED,
            each.trained_at, each.model_id, _verdict(each),
            {"kind": each.kind, "train_end": each.train_end, PROMOTED: bool(each.card.get(PROMOTED))},
        )
        for each in records
    ]  # fmt: skip


def expired(records: Iterable[ModelRecord], newest: int) -> list[ModelEvent]:
    """Of models in charge whose time is over at the close of the candle that opened at `newest`."""
    return [
        ModelEvent(
            each.series, each.role, EventKind.EXPIRED, expires_at(each), each.model_id,
            "decisions are suppressed until a newer model is trained",
        )
        for each in records
        if each.series.interval.close_time(newest) >= expires_at(each)
    ]  # fmt: skip


def not_trained(series: Series, time: int, reason: str, *, refused: bool) -> ModelEvent:
    """Of a training that brought no model."""
    kind = EventKind.REFUSED if refused else EventKind.FAILED
    return ModelEvent(series, Role.CHAMPION, kind, time, "", reason)


def _verdict(record: ModelRecord) -> str:
    reasons = record.card.get("reasons")
    told = [str(record.card.get("verdict")), *(reasons if isinstance(reasons, list) else [])]
    return "; ".join(told)

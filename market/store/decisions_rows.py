"""Decisions and outcomes as rows of the ledger and of the back-tests, and back.

Missing floats are NaN in Python and NULL in SQL; features and contributions are JSON objects.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, Final

import orjson

from market.decision import (
    Action,
    Decision,
    Flip,
    Origin,
    Outcome,
    OutcomeState,
    Position,
    Provenance,
    Role,
    Status,
)
from market.interval import Series

# In the order of `decision_values`; the ledger's `origin` and the run's `run_id` come beside them.
DECISION_COLUMNS: Final = (
    "open_time", "id", "close_time", "model_id", "action", "status", "reason", "price", "probability",
    "expected_gain", "gain_low", "gain_high", "cost", "horizon", "position_before", "position_after",
    "decided_at", "would_be", "base", "data_hash", "features", "contributions",
    "features_hash", "model_hash", "flip", "provenance",
)  # fmt: skip
OUTCOME_COLUMNS: Final = (
    "state", "entry_time", "exit_time", "entry_price", "exit_price", "gross", "net", "correct", "recorded_at",
)  # fmt: skip
SERIES_COLUMNS: Final = ("exchange", "symbol", "interval_name", "role", "origin", "run_id")
Row = Sequence[Any]


def decision_values(decision: Decision) -> tuple[object, ...]:
    """The values of `DECISION_COLUMNS`."""
    d = decision
    return (
        d.open_time, d.id, d.close_time, d.model_id, d.action.value, d.status.value, d.reason, d.price,
        _null(d.probability), _null(d.expected_gain), _null(d.gain_low), _null(d.gain_high), d.cost,
        d.horizon, d.position_before.value, d.position_after.value, d.decided_at,
        d.would_be.value if d.would_be else None, d.base, d.data_hash, json_text(d.features),
        json_text(d.contributions), d.features_hash, d.model_hash,
        json_text(asdict(d.flip)) if d.flip else None,
        json_text(asdict(d.provenance)) if d.provenance else None,
    )  # fmt: skip


def outcome_values(outcome: Outcome | None) -> tuple[object, ...]:
    """The values of `OUTCOME_COLUMNS`, all NULL while nothing is recorded."""
    if outcome is None or outcome.state is OutcomeState.PENDING:
        return (None,) * len(OUTCOME_COLUMNS)
    o = outcome
    return (
        o.state.value, o.entry_time, o.exit_time, o.entry_price, o.exit_price, o.gross, o.net, o.correct,
        o.recorded_at,
    )  # fmt: skip


def to_decision(where: Row, row: Row) -> Decision:
    """A decision from the values of `SERIES_COLUMNS` and of `DECISION_COLUMNS`."""
    exchange, symbol, interval, role, origin, run_id = where
    (
        open_time, _, close_time, model_id, action, status, reason, price, probability, gain, low, high, cost,
        horizon, before, after, decided_at, would_be, base, data_hash, features, contributions,
        features_hash, model_hash, flip, provenance,
    ) = row  # fmt: skip
    return Decision(
        series=Series.of(exchange, symbol, interval),
        role=Role(role),
        open_time=open_time,
        close_time=close_time,
        origin=Origin(origin),
        model_id=model_id,
        action=Action(action),
        status=Status(status),
        reason=reason,
        price=Decimal(price),
        probability=_nan(probability),
        expected_gain=_nan(gain),
        gain_low=_nan(low),
        gain_high=_nan(high),
        cost=cost,
        horizon=horizon,
        position_before=Position(before),
        position_after=Position(after),
        decided_at=decided_at,
        would_be=Action(would_be) if would_be else None,
        run_id=run_id,
        features=orjson.loads(features),
        contributions=orjson.loads(contributions),
        base=base,
        data_hash=data_hash,
        features_hash=features_hash,
        model_hash=model_hash,
        flip=_flip(flip),
        provenance=Provenance(**orjson.loads(provenance)) if provenance else None,
    )


def to_outcome(where: Row, open_time: int, row: Row) -> Outcome | None:
    """An outcome from the values of `SERIES_COLUMNS` and of `OUTCOME_COLUMNS`; None where all are NULL."""
    exchange, symbol, interval, role, _, run_id = where
    state, entry_time, exit_time, entry_price, exit_price, gross, net, correct, recorded_at = row
    if state is None:
        return None
    return Outcome(
        series=Series.of(exchange, symbol, interval),
        role=Role(role),
        open_time=open_time,
        state=OutcomeState(state),
        entry_time=entry_time,
        exit_time=exit_time,
        entry_price=entry_price,
        exit_price=exit_price,
        gross=gross,
        net=net,
        correct=None if correct is None else bool(correct),
        recorded_at=recorded_at,
        run_id=run_id,
    )


def _flip(text: str | None) -> Flip | None:
    if not text:
        return None
    found = orjson.loads(text)
    numbers = {name: float(found[name]) for name in ("value", "threshold", "distance")}
    return Flip(feature=found["feature"], action=Action(found["action"]), **numbers)


def json_text(value: object) -> str:
    """JSON for a column."""
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()


def _null(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _nan(value: float | None) -> float:
    return math.nan if value is None else value

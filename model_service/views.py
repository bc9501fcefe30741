"""What the API says about decisions, models and jobs: plain values, exact prices as text."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Final

import orjson
from fastapi import Request, Response

from market.decision import Decision, Flip, Outcome
from market.interval import Series
from market.ports import Decided, Job, ModelRecord
from model_service.reasons import REASONS
from web.etags import tagged
from web.media_types import MEDIA_TYPES
from web.simulated import header_of

SIMULATED: Final = "simulated"
PENDING: Final = "pending"


def answer(content: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json_bytes(content), status, header_of(content), MEDIA_TYPES["json"])


def tagged_answer(request: Request, content: Any) -> Response:
    """A JSON answer, or 304 where `If-None-Match` names it."""
    return tagged(request, json_bytes(content), MEDIA_TYPES["json"], header_of(content))


def json_bytes(content: Any) -> bytes:
    """JSON; NaN becomes null."""
    return orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)


def series_view(series: Series) -> dict[str, Any]:
    """Whose answer this is, and whether its market is made up."""
    return {
        "exchange": series.exchange,
        "symbol": series.symbol,
        "interval": series.interval.name,
        "simulated": series.exchange == SIMULATED,
    }


def decision_view(decided: Decided) -> dict[str, Any]:
    """A decision with its outcome, without its explanation."""
    d = decided.decision
    return {
        "id": d.id,
        **series_view(d.series),
        "role": d.role,
        "origin": d.origin,
        "open_time": d.open_time,
        "close_time": d.close_time,
        "closed_at": datetime.fromtimestamp((d.close_time + 1) / 1000, UTC).isoformat(),
        "decided_at": d.decided_at,
        "model_id": d.model_id,
        "run_id": d.run_id,
        "action": d.action,
        "status": d.status,
        "reason": d.reason,
        "would_be": d.would_be,
        "price": format(d.price.normalize(), "f"),
        "probability": number(d.probability),
        "expected_gain": number(d.expected_gain),
        "gain_low": number(d.gain_low),
        "gain_high": number(d.gain_high),
        "cost": d.cost,
        "horizon": d.horizon,
        "position_before": d.position_before,
        "position_after": d.position_after,
        "data_hash": d.data_hash,
        "outcome": outcome_view(decided.outcome),
    }


def outcome_view(outcome: Outcome | None) -> dict[str, Any]:
    """What became of a decision; `pending` while nothing is recorded."""
    if outcome is None:
        return {"state": PENDING}
    prices = {
        name: None if price is None else format(price.normalize(), "f")
        for name, price in (("entry_price", outcome.entry_price), ("exit_price", outcome.exit_price))
    }
    names = ("state", "entry_time", "exit_time", "gross", "net", "correct", "recorded_at")
    return {name: getattr(outcome, name) for name in names} | prices


def explanation_view(decision: Decision) -> dict[str, Any]:
    """Why: `base` and the contributions add up to `score`, the log-odds of the probability.

    `why` is the reason in words, `flip` the nearest change of one feature that changes the action,
    `provenance` says where the candles came from, `fingerprints` which candles, code and model files made
    the decision.
    """
    ordered = sorted(decision.contributions.items(), key=lambda item: -abs(item[1]))
    return {
        "why": REASONS.get(decision.reason),
        "base": decision.base,
        "score": decision.base + sum(decision.contributions.values()) if ordered else None,
        "contributions": [
            {"feature": name, "contribution": value, "value": decision.features.get(name)}
            for name, value in ordered
        ],
        "features": decision.features,
        "flip": flip_view(decision.flip),
        "provenance": asdict(decision.provenance) if decision.provenance else None,
        "fingerprints": {
            "data": decision.data_hash,
            "features": decision.features_hash or None,
            "model": decision.model_hash or None,
        },
    }


def flip_view(flip: Flip | None) -> dict[str, Any] | None:
    """What it would have taken; null where no single feature could."""
    return None if flip is None else asdict(flip) | {"sentence": flip.sentence}


def model_view(record: ModelRecord) -> dict[str, Any]:
    """A model without its card, but with the card's verdict."""
    names = ("model_id", "role", "kind", "trained_at", "train_start", "train_end", "horizon", "active")
    view = {name: getattr(record, name) for name in names}
    return series_view(record.series) | view | {"verdict": record.card.get("verdict")}


def job_view(job: Job, now: int) -> dict[str, Any]:
    """A job; how long it took, or has taken by `now` (ms UTC, market time)."""
    end = now if job.finished_at is None else job.finished_at
    return asdict(job) | {
        "duration_ms": max(0, end - job.started_at),
        "simulated": job.series.startswith(f"{SIMULATED}/"),
    }


def number(value: float) -> float | None:
    """A float, null where there is none."""
    return None if math.isnan(value) else value

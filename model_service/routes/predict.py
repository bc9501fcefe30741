"""What the model in use says about a candle, outside the ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from market.decision import Role
from market.ports import Decided
from model_service.candles import read_window
from model_service.deps import ServiceNeeded, known_series, time_or_none
from model_service.score import Bench, Holding, decide_candles
from model_service.views import answer, decision_view, explanation_view

router = APIRouter(tags=["predict"])


class PredictRequest(BaseModel):
    """A series, and the open time of one of its candles (default: the newest confirmed)."""

    model_config = ConfigDict(extra="forbid")

    exchange: str = Field(max_length=32, examples=["simulated"])
    symbol: str = Field(max_length=40, examples=["BTCUSDT"])
    interval: str = Field(max_length=4, examples=["1h"])
    at: str | int | None = Field(None, examples=["2026-01-01T00:00:00Z"], description="ms UTC or ISO 8601")


@router.post("/predict", summary="Score a candle without writing anything")
def predict(parts: ServiceNeeded, asked: Annotated[PredictRequest, Body()]) -> Response:
    """From a flat position; `in_training` says that the model has seen the candle. 409 without a model."""
    series = known_series(parts, asked.exchange, asked.symbol, asked.interval)
    records = [r for r in parts.decisions.models(series, active_only=True) if r.role is Role.CHAMPION]
    if not records:
        raise HTTPException(409, f"{series} has no model in use: POST /models/train first")
    at = time_or_none(str(asked.at)) if asked.at is not None else parts.klines.last_confirmed(series)
    window = read_window(parts.klines, series, [series.interval.floor(at)]) if at is not None else None
    if window is None or not window.candles:
        raise HTTPException(404, f"{series} has no confirmed candle at {asked.at}: GET /klines lists them")
    bench = Bench(series, Role.CHAMPION, records[0], parts.shelf.load(records[0]))
    now = parts.clock(series.exchange).now()
    made = decide_candles(bench, window, window.candles, Holding(), now=now, late_after_ms=float("inf"))[0]
    view = decision_view(Decided(made, None))
    for name in ("id", "origin", "run_id", "outcome", "position_before", "position_after"):
        del view[name]
    seen = made.open_time <= records[0].train_end
    return answer(view | {"in_training": seen, "explanation": explanation_view(made)})

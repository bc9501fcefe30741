"""What the model in use says about a candle, outside the ledger."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Response
from starlette.exceptions import HTTPException

from market.decision import Role
from market.errors import ModelRefused
from market.interval import Series
from market.ports import Decided
from model_service.candles import Window, read_window
from model_service.deps import Service, ServiceNeeded, known_series, time_or_none
from model_service.holding import Holding
from model_service.quotes import Quotes
from model_service.score import Bench, decide_candles
from model_service.shapes.asked import PredictRequest
from model_service.shapes.predict import Prediction
from model_service.views import answer, decision_view, explanation_view
from web.refusals import refusals

router = APIRouter(tags=["predict"])


@router.post(
    "/predict",
    summary="Score a candle without writing anything",
    response_model=Prediction,
    responses=refusals(400, 404, 409, 413, 422),
)
def predict(parts: ServiceNeeded, asked: Annotated[PredictRequest, Body()]) -> Response:
    """From a flat position; `in_training` says that the model has seen the candle. 409 without a model."""
    series = known_series(parts, asked.exchange, asked.symbol, asked.interval)
    records = [r for r in parts.decisions.models(series, active_only=True) if r.role is Role.CHAMPION]
    if not records:
        raise HTTPException(409, f"{series} has no model in use: POST /v1/models/train first")
    try:
        bench = Bench(series, Role.CHAMPION, records[0], parts.shelf.load(records[0]))
    except ModelRefused as error:
        raise HTTPException(409, f"{error}; POST /v1/models/train makes a new one") from error
    window = _window(parts, series, asked.at, Quotes(parts.ticks, bench.model.spec.groups))
    now = parts.clock(series.exchange).now()
    made = decide_candles(bench, window, window.candles, Holding(), now=now, late_after_ms=float("inf"))[0]
    view = decision_view(Decided(made, None))
    for name in ("id", "origin", "run_id", "outcome", "position_before", "position_after"):
        del view[name]
    seen = made.open_time <= records[0].train_end
    return answer(view | {"in_training": seen, "explanation": explanation_view(made)})


def _window(parts: Service, series: Series, asked: str | int | None, quotes: Quotes) -> Window:
    newest = parts.klines.last_confirmed(series)
    at = newest if asked is None else time_or_none(asked)
    if at is not None and newest is not None and at <= series.interval.close_time(newest):
        window = read_window(parts.klines, series, [series.interval.floor(at)], quotes)
        if window.candles:
            return window
    raise HTTPException(404, f"{series} has no confirmed candle at {asked}: GET /v1/klines lists them")

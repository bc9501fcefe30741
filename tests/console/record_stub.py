"""A small model API that speaks the documented shapes, over a real in-memory decision store."""

from dataclasses import asdict
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from market.decision import Action, Origin, Role, Status
from market.interval import Interval, Series
from market.ports import Decided, DecisionFilter, ModelRecord
from market.store.memory_decisions import MemoryDecisionStore


def decided(each: Decided) -> dict[str, Any]:
    decision = asdict(each.decision)
    series = each.decision.series
    del decision["series"], decision["features"], decision["contributions"]
    outcome = None
    if each.outcome:
        outcome = {name: getattr(each.outcome, name) for name in ("state", "gross", "net", "correct")}
    place = {"exchange": series.exchange, "symbol": series.symbol, "interval": str(series.interval)}
    return {
        "id": each.decision.id,
        **place,
        **decision,
        "price": str(each.decision.price),
        "outcome": outcome,
    }


def model(record: ModelRecord) -> dict[str, Any]:
    fields = ("model_id", "kind", "trained_at", "train_start", "train_end", "horizon", "active")
    return {**{name: getattr(record, name) for name in fields}, "card": record.card}


def record_app(store: MemoryDecisionStore, key: str) -> Starlette:
    def decisions(request: Request) -> Response:
        asked = request.query_params
        wanted = DecisionFilter(
            exchange=asked["exchange"],
            symbol=asked["symbol"],
            interval=asked["interval"],
            role=Role(asked["role"]),
            start=int(asked["start"]) if "start" in asked else None,
            end=int(asked["end"]) if "end" in asked else None,
            actions=tuple(map(Action, asked.getlist("action"))),
            statuses=tuple(map(Status, asked.getlist("status"))),
            origins=tuple(map(Origin, asked.getlist("origin"))),
            newest=asked["order"] == "desc",
            limit=int(asked["limit"]),
        )
        return JSONResponse({"decisions": [decided(each) for each in store.read(wanted)]})

    def models(request: Request) -> Response:
        asked = request.query_params
        series = Series(asked["exchange"], asked["symbol"], Interval(asked["interval"]))
        found = store.models(series, active_only=True)
        return JSONResponse({"models": [model(each) for each in found]})

    def one_model(request: Request) -> Response:
        found = [each for each in store.models() if each.model_id == request.path_params["id"]]
        return JSONResponse(model(found[0]))

    def guarded(route: Any) -> Any:
        def answer(request: Request) -> Response:
            if request.headers.get("x-api-key") != key:
                return JSONResponse({"title": "Unauthorized", "detail": "no key"}, 401)
            return route(request)

        return answer

    return Starlette(
        routes=[
            Route("/decisions", guarded(decisions)),
            Route("/models", guarded(models)),
            Route("/models/{id}", guarded(one_model)),
        ]
    )

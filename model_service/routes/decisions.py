"""Decisions with their outcomes and explanations."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints
from starlette.exceptions import HTTPException

from market.decision import LEDGER, Action, Origin, Role, Status
from market.errors import InvalidInput
from market.ports import DecisionFilter
from model_service.deps import ChosenPeriod, ChosenSeries, ServiceNeeded
from model_service.shapes.decisions import DecisionPage, ExplainedDecision, LatestDecisions
from model_service.views import answer, decision_view, explanation_view
from web.refusals import refusals

router = APIRouter(prefix="/decisions", tags=["decisions"])
Reason = Annotated[str, StringConstraints(max_length=40)]
_CURSOR: Final = re.compile(r"([0-9]{1,15})_([0-9a-f]{1,40})")


@router.get("", summary="Decisions by candle", response_model=DecisionPage, responses=refusals(422))
def list_decisions(
    parts: ServiceNeeded,
    chosen: ChosenSeries,
    period: ChosenPeriod,
    role: Role | None = None,
    origin: Annotated[list[Origin] | None, Query()] = None,
    action: Annotated[list[Action] | None, Query()] = None,
    status: Annotated[list[Status] | None, Query()] = None,
    reason: Annotated[list[Reason] | None, Query(max_length=20, examples=[["no_edge"]])] = None,
    model: Annotated[
        str | None, Query(max_length=80, examples=["btcusdt-1h-champion-9f86d081884c7d65"])
    ] = None,
    run: Annotated[str | None, Query(max_length=80, description="a back-test run", examples=["r1"])] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: Annotated[
        str | None,
        Query(
            max_length=60,
            description="`next_cursor` of the page before",
            examples=["1767225600000_b736345755927d59a9ce51a0f94a1c0d"],
        ),
    ] = None,
    order: Literal["asc", "desc"] = "desc",
) -> Response:
    """Ledger and newest back-tests, unless `origin` chooses; pages by `next_cursor`."""
    wanted = DecisionFilter(
        exchange=chosen.exchange,
        symbol=chosen.symbol,
        interval=chosen.interval,
        role=role,
        model_id=model,
        run_id=run,
        start=period.start,
        end=period.end,
        actions=tuple(action or ()),
        statuses=tuple(status or ()),
        reasons=tuple(reason or ()),
        origins=tuple(origin or ()),
        after=None if cursor is None else _place(cursor),
        newest=order == "desc",
        limit=limit,
    )
    found = parts.decisions.read(wanted)
    last_one = found[-1].decision if len(found) == limit else None
    following = f"{last_one.open_time}_{last_one.id}" if last_one else None
    return answer({"decisions": [decision_view(each) for each in found], "next_cursor": following})


@router.get(
    "/latest",
    summary="The newest ledger decision of every series",
    response_model=LatestDecisions,
    responses=refusals(422),
)
def latest(parts: ServiceNeeded, role: Role = Role.CHAMPION) -> Response:
    """One for each series that a model speaks for."""
    series = sorted({record.series for record in parts.decisions.models() if record.role is role})
    found = []
    for each in series:
        wanted = DecisionFilter(
            exchange=each.exchange, symbol=each.symbol, interval=each.interval.name, role=role,
            origins=LEDGER, newest=True, limit=1,
        )  # fmt: skip
        found += parts.decisions.read(wanted)
    return answer({"decisions": [decision_view(each) for each in found]})


@router.get(
    "/{decision_id}",
    summary="One decision with its explanation",
    response_model=ExplainedDecision,
    responses=refusals(404, 422),
)
def one_decision(
    parts: ServiceNeeded,
    decision_id: Annotated[str, Path(max_length=80, examples=["b736345755927d59a9ce51a0f94a1c0d"])],
) -> Response:
    """Contributions in log-odds, the largest first; with `base` they add up to `score`."""
    found = parts.decisions.get(decision_id)
    if found is None:
        raise HTTPException(404, f"no decision {decision_id!r}: GET /v1/decisions lists them")
    return answer(decision_view(found) | {"explanation": explanation_view(found.decision)})


def _place(cursor: str) -> tuple[int, str]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidInput(f"{cursor!r} is no cursor: send the `next_cursor` of the page before unchanged")
    return int(found[1]), found[2]

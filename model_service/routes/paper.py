"""Paper trading: what following the live decisions holds and is worth now."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from market.decision import Action, Role
from model_service.deps import ChosenSeries, ServiceNeeded
from model_service.replay.paper import Account, Fill
from model_service.shapes.paper import Paper
from model_service.track.profit import on_paper
from model_service.views import answer, series_view
from web.refusals import refusals

router = APIRouter(prefix="/paper", tags=["track record"])


@router.get(
    "",
    summary="The paper account of every series: position, fills, worth",
    response_model=Paper,
    responses=refusals(422),
)
def read_paper(
    parts: ServiceNeeded,
    chosen: ChosenSeries,
    role: Role = Role.CHAMPION,
    fills: Annotated[int, Query(ge=1, le=1_000, description="newest fills of each account")] = 20,
) -> Response:
    """Since the ledger's first decision: filled at open prices, costs paid. No order is placed."""
    accounts = []
    for series in filter(chosen.fits, parts.decisions.spoken_for(role)):
        found = on_paper(parts.klines, parts.decisions, series, role)
        if found is not None:
            accounts.append(series_view(series) | {"role": role} | account_view(found, fills))
    return answer({"paper": accounts})


def account_view(made: Account, most: int) -> dict[str, Any]:
    """An account with its newest fills."""
    entry = made.fills[-1] if made.unrealised is not None else None
    held = bool(made.wanted[-2]) if len(made.wanted) > 1 else False
    return {
        "since": int(made.times[0]),
        "until": int(made.times[-1]),
        "worth": float(made.curve[-1]),
        "position": made.position,
        "entry_time": entry.time if entry else None,
        "entry_price": entry.price if entry else None,
        "unrealised": made.unrealised,
        "pending": bool(made.wanted[-1]) != held,
        "cost": made.cost + 0.0,
        "trades": sum(fill.action is Action.BUY for fill in made.fills),
        "fills": [_fill_view(fill) for fill in reversed(made.fills[-most:])],
    }


def _fill_view(fill: Fill) -> dict[str, Any]:
    return {
        "time": fill.time,
        "decided_on": fill.open_time,
        "action": fill.action,
        "price": fill.price,
        "cost": fill.side,
        "late": fill.late,
    }

"""Is this service able to answer?"""

from __future__ import annotations

from fastapi import APIRouter, Response

from api_historic.deps import StoresNeeded
from api_historic.schemas import Health
from market.errors import MarketError
from web.problems import RETRY_AFTER_S, problem
from web.refusals import refusals

router = APIRouter(tags=["health"])


@router.get("/health", response_model=Health, responses=refusals(503))
def health(held: StoresNeeded) -> Health | Response:
    """Open to everybody: 200 when the database answers, else 503 naming what is missing."""
    try:
        head = held.changes.head()
    except MarketError as error:
        return problem(
            503,
            str(error),
            code="dependency_missing",
            headers={"Retry-After": str(RETRY_AFTER_S)},
            missing=["database"],
            checks={"database": {"ok": False}},
        )
    return Health(status="ok", checks={"database": {"ok": True, "change_log_head": head}})

"""Whether the service and its database answer."""

from __future__ import annotations

from fastapi import APIRouter, Response

from model_service.deps import ServiceNeeded
from model_service.shapes.health import Health
from model_service.views import answer, series_view
from web.refusals import refusals

router = APIRouter(tags=["health"])


@router.get(
    "/health",
    summary="Is the service up, and what does it score?",
    response_model=Health,
    responses=refusals(503),
)
def health(parts: ServiceNeeded) -> Response:
    """Open to everybody; 503 while the database is away."""
    active = parts.decisions.models(active_only=True)
    scored = [series_view(series) for series in sorted({record.series for record in active})]
    return answer({"status": "ok", "models": len(active), "series": scored})

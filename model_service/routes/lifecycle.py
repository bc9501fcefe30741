"""The timeline of the models, and the drift monitors."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from market.decision import Role
from market.ports import EventKind, ModelEvent, MonitorState, Reading, SeriesPage
from model_service.cursors import WantedPage, read_page
from model_service.deps import ChosenSeries, ServiceNeeded
from model_service.shapes.lifecycle import ModelEventList, MonitorList
from model_service.views import answer, series_view
from web.refusals import refusals

router = APIRouter(tags=["models"])


@router.get(
    "/models/events",
    summary="What happened to the models, newest first",
    response_model=ModelEventList,
    responses=refusals(422),
)
def list_events(
    parts: ServiceNeeded,
    page: WantedPage,
    kind: Annotated[
        list[EventKind] | None, Query(max_length=len(EventKind), description="of one of these kinds")
    ] = None,
) -> Response:
    """Trained, blocked, refused, promoted, rolled back, expired, and why a training was begun."""

    def read(asked: SeriesPage) -> list[ModelEvent]:
        return parts.life.event_page(asked, kind or ()) if parts.life else []

    events, following = read_page(read, page, lambda each: (each.time, each.event_id))
    return answer({"events": [event_view(each) for each in events], "next_cursor": following})


@router.get(
    "/monitors",
    summary="The drift monitors as they stand",
    response_model=MonitorList,
    responses=refusals(422),
)
def list_monitors(
    parts: ServiceNeeded,
    chosen: ChosenSeries,
    role: Annotated[Role | None, Query(description="only of this role")] = None,
    state: Annotated[MonitorState | None, Query(description="only in this state")] = None,
) -> Response:
    """The newest reading of every measure of every series and role; of `psi` also of every feature."""
    newest = parts.life.newest_readings() if parts.life else []
    kept = [
        each
        for each in newest
        if chosen.fits(each.series) and role in (None, each.role) and state in (None, each.state)
    ]
    return answer({"monitors": [monitor_view(each) for each in kept]})


def event_view(event: ModelEvent) -> dict[str, object]:
    """An event."""
    names = ("event_id", "role", "kind", "time", "reason")
    view = {name: getattr(event, name) for name in names}
    more = {"model_id": event.model_id or None, "details": dict(event.details)}
    return series_view(event.series) | view | more


def monitor_view(reading: Reading) -> dict[str, object]:
    """A reading."""
    names = ("role", "measure", "time", "model_id", "value", "low", "high", "state")
    view = {name: getattr(reading, name) for name in names}
    return series_view(reading.series) | view | {"feature": reading.feature or None, "candles": reading.n}

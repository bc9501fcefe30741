"""Decisions with their outcomes and explanations."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import StringConstraints
from starlette.exceptions import HTTPException

from market.decision import LEDGER, Action, Origin, Role, Status
from market.ports import DecisionFilter
from model_service.cursors import PageAfter
from model_service.deps import ChosenPeriod, ChosenSeries, ServiceNeeded
from model_service.listing.figures import described
from model_service.listing.formats import WRITERS, page_in
from model_service.listing.pages import every_page, page
from model_service.listing.rows import rows_of
from model_service.listing.simulated import of_all, of_rows
from model_service.shapes.decisions import DecisionPage, ExplainedDecision, LatestDecisions
from model_service.shapes.figures import Figures
from model_service.views import answer, decision_view, explanation_view, tagged_answer
from web.etags import UNCHANGED, tagged
from web.media_types import CONTENT, MEDIA_TYPES, negotiate
from web.refusals import refusals
from web.simulated import header
from web.streamed_file import Places, StreamedFile

router = APIRouter(prefix="/decisions", tags=["decisions"])
Reason = Annotated[str, StringConstraints(max_length=40)]
FormatName = Literal["json", "csv", "ndjson", "arrow"]
Order = Literal["asc", "desc"]
_EXPORTS: Final = Places(2)
_WRITTEN: Final[dict[int | str, dict[str, Any]]] = {200: {"content": CONTENT}}


def _wanted(
    chosen: ChosenSeries,
    period: ChosenPeriod,
    role: Role | None = None,
    origin: Annotated[list[Origin] | None, Query(max_length=3)] = None,
    action: Annotated[list[Action] | None, Query(max_length=3)] = None,
    status: Annotated[list[Status] | None, Query(max_length=2)] = None,
    reason: Annotated[list[Reason] | None, Query(max_length=20, examples=[["no_edge"]])] = None,
    model: Annotated[
        str | None, Query(max_length=80, examples=["btcusdt-1h-champion-9f86d081884c7d65"])
    ] = None,
    run: Annotated[str | None, Query(max_length=80, description="a back-test run", examples=["r1"])] = None,
) -> DecisionFilter:
    return DecisionFilter(
        exchange=chosen.exchange,
        symbols=chosen.symbols,
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
    )


def _format(
    format: Annotated[FormatName | None, Query(description="wins over the Accept header")] = None,
    accept: Annotated[str, Header(include_in_schema=False)] = "",
) -> str:
    return negotiate(format, accept)


Wanted = Annotated[DecisionFilter, Depends(_wanted)]
WantedFormat = Annotated[str, Depends(_format)]


@router.get(
    "",
    summary="Decisions by candle",
    response_model=DecisionPage,
    responses={**_WRITTEN, **UNCHANGED, **refusals(406, 409, 422)},
)
def list_decisions(
    request: Request,
    parts: ServiceNeeded,
    wanted: Wanted,
    form: WantedFormat,
    after: PageAfter,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    order: Order = "desc",
) -> Response:
    """Ledger and newest back-tests, unless `origin` or `run` chooses; pages by `next_cursor`.

    CSV, NDJSON and Arrow have the cursor in `X-Next-Cursor` and `Link`. 409 `stale_cursor` where a back-test
    of the list was made anew since the page before. `ETag` and `If-None-Match` spare the body of a page that
    has not changed.
    """
    rows, following = page(parts.decisions, replace(wanted, after=after, newest=order == "desc", limit=limit))
    headers = {**header(of_rows(wanted, rows)), "Vary": "Accept"}
    if following is not None:
        address = request.url.include_query_params(cursor=following)
        headers |= {"Link": f'<{address}>; rel="next"', "X-Next-Cursor": following}
    return tagged(request, page_in(form, rows, following), MEDIA_TYPES[form], headers)


@router.get(
    "/export",
    summary="Every decision that is wanted, streamed",
    response_class=Response,
    response_model=None,
    responses={
        200: {
            "description": "in the format that was asked for",
            "content": CONTENT | {"application/json": {}},
        },
        **refusals(406, 422),
    },
)
def export_decisions(
    parts: ServiceNeeded, wanted: Wanted, form: WantedFormat, order: Order = "asc"
) -> Response:
    """As many rows as there are, in flat memory. CSV and Arrow are flat, JSON and NDJSON as in the list.

    An answer that breaks off has no proper end: JSON and Arrow show it, of the others the transfer does.
    """
    pages = every_page(parts.decisions, replace(wanted, newest=order == "desc"))
    # A database that is away is told of with a status, so the first page comes before any byte.
    first = next(pages)
    name = f'attachment; filename="decisions.{form}"'
    headers = {**header(of_all(parts.decisions, wanted)), "Content-Disposition": name, "Vary": "Accept"}
    pieces = filter(None, WRITERS[form](chain([first], pages)))
    return StreamedFile(pieces, _EXPORTS, MEDIA_TYPES[form], headers)


@router.get(
    "/describe",
    summary="How many of each kind, and how their figures are spread",
    response_model=Figures,
    responses=refusals(422),
)
def decision_statistics(parts: ServiceNeeded, wanted: Wanted) -> Response:
    """Of at most 2,000,000 decisions. Gains and returns are fractions; `net_return` is of known outcomes."""
    return answer(described(parts.decisions, wanted))


@router.get(
    "/latest",
    summary="The newest ledger decision of every series",
    response_model=LatestDecisions,
    responses=refusals(422),
)
def latest_decisions(parts: ServiceNeeded, chosen: ChosenSeries, role: Role = Role.CHAMPION) -> Response:
    """One for each series that a model speaks for."""
    found: list[dict[str, Any]] = []
    for each in parts.decisions.spoken_for(role):
        if chosen.fits(each):
            wanted = DecisionFilter(
                exchange=each.exchange, symbol=each.symbol, interval=each.interval.name, role=role,
                origins=LEDGER, newest=True, limit=1,
            )  # fmt: skip
            found += rows_of(parts.decisions.listed(wanted))
    return answer({"decisions": found})


@router.get(
    "/{decision_id}",
    summary="One decision with its explanation",
    response_model=ExplainedDecision,
    responses={**UNCHANGED, **refusals(404, 422)},
)
def one_decision(
    request: Request,
    parts: ServiceNeeded,
    decision_id: Annotated[str, Path(max_length=80, examples=["b736345755927d59a9ce51a0f94a1c0d"])],
) -> Response:
    """Contributions in log-odds, the largest first; with `base` they add up to `score`."""
    found = parts.decisions.get(decision_id)
    if found is None:
        raise HTTPException(404, f"no decision {decision_id!r}: GET /v1/decisions lists them")
    content = decision_view(found) | {"explanation": explanation_view(found.decision)}
    return tagged_answer(request, content)

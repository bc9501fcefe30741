"""The watched portfolio now and through time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from market.interval import Interval
from model_service.deps import ChosenPeriod, IntervalName, Service, ServiceNeeded, TimeText, time_or_none
from model_service.portfolio.watch import Watch
from model_service.shapes.portfolio import Portfolio, PortfolioHistory
from model_service.views import answer
from web.refusals import refusals

router = APIRouter(prefix="/portfolio", tags=["portfolio"])


@router.get(
    "",
    summary="What the watched coins are worth now",
    response_model=Portfolio,
    responses=refusals(422),
)
def portfolio(parts: ServiceNeeded, start: TimeText = None, interval: IntervalName = None) -> Response:
    """Beside what following the decisions since `start` would have made of it, and buy-and-hold.

    Without `start`: since every watched market is decided. Amounts come from OPA_PORTFOLIO.
    """
    return answer(_watch(parts).now(time_or_none(start), _name(interval)))


@router.get(
    "/history",
    summary="What the watched coins were worth over time",
    response_model=PortfolioHistory,
    responses=refusals(422),
)
def portfolio_history(
    parts: ServiceNeeded,
    period: ChosenPeriod,
    interval: IntervalName = None,
    points: Annotated[int, Query(ge=2, le=2_000)] = 300,
) -> Response:
    """From the closed candles of the points, however long the history; one series for each quote asset."""
    return answer(_watch(parts).history(period.start, period.end, _name(interval), points))


def _watch(parts: Service) -> Watch:
    return Watch(parts.klines, parts.decisions, parts.ticks, parts.clock, parts.portfolio)


def _name(interval: str | None) -> str | None:
    return None if interval is None else Interval(interval).name

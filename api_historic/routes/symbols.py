"""What is stored: symbols and intervals."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby

from fastapi import APIRouter, Response

from api_historic.deps import CatalogueNeeded, CensusNeeded, ExchangeName
from api_historic.feeds import SIMULATED
from api_historic.schemas import IntervalList, IntervalSummary, SeriesSummary, SymbolList, SymbolSummary
from market.interval import INTERVAL_NAMES, Interval
from market.ports import SeriesStatus
from web.simulated import header

router = APIRouter(tags=["symbols"])


def _summary(status: SeriesStatus) -> SeriesSummary:
    return SeriesSummary(
        interval=str(status.series.interval),
        rows=status.rows,
        first_open=status.first_open,
        last_open=status.last_open,
        holes=status.holes,
        missing_bars=status.missing_bars,
        revisions=status.revisions,
    )


def _symbol(of_symbol: list[SeriesStatus]) -> SymbolSummary:
    info = of_symbol[0].info
    return SymbolSummary(
        exchange=info.exchange,
        symbol=info.symbol,
        base_asset=info.base_asset,
        quote_asset=info.quote_asset,
        status=info.status,
        simulated=info.exchange == SIMULATED,
        derived=list(info.derived),
        tick_size=_plain(info.tick_size),
        lot_step=_plain(info.lot_step),
        listed_at=info.listed_at,
        intervals=[_summary(each) for each in of_symbol],
    )


def _plain(step: Decimal | None) -> str | None:
    return None if step is None else f"{step.normalize():f}"


@router.get("/symbols")
def symbols(
    response: Response, known: CatalogueNeeded, counted: CensusNeeded, exchange: ExchangeName = None
) -> SymbolList:
    """Every stored market with its intervals, rows, holes and revisions (at most five seconds old)."""
    known.markets(exchange)
    ordered = sorted(
        (each for each in counted.all() if exchange in (None, each.series.exchange)),
        key=lambda each: (each.series.exchange, each.series.symbol, each.series.interval.typical_ms),
    )
    grouped = groupby(ordered, key=lambda each: (each.series.exchange, each.series.symbol))
    found = [_symbol(list(of_symbol)) for _, of_symbol in grouped]
    listed = SymbolList(simulated=any(each.simulated for each in found), symbols=found)
    response.headers.update(header(listed.simulated))
    return listed


@router.get("/intervals")
def intervals(known: CatalogueNeeded) -> IntervalList:
    """Every interval by its name, its length, and how many series of it are stored."""
    stored = [str(series.interval) for series, _ in known.all()]
    return IntervalList(
        intervals=[
            IntervalSummary(interval=name, typical_ms=Interval(name).typical_ms, stored=stored.count(name))
            for name in INTERVAL_NAMES
        ]
    )

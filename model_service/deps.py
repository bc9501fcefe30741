"""What routes depend on: the stores, the models, the key, the series of a request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from starlette.exceptions import HTTPException

from market.errors import InvalidInput
from market.interval import Interval, Series, parse_time
from market.ports import Clock, DecisionStore, Job, KlineStore, LifecycleStore, TickStore
from model_service.portfolio.holdings import Amount
from model_service.registry import Shelf


@dataclass(frozen=True, slots=True)
class Service:
    """What the API works with. `start_training(jobs, force)` starts a process and does not wait for it."""

    klines: KlineStore
    decisions: DecisionStore
    shelf: Shelf
    clock: Callable[[str], Clock]
    start_training: Callable[[Sequence[Job], bool], None]
    ticks: TickStore | None = None
    portfolio: tuple[Amount, ...] = ()
    life: LifecycleStore | None = None


def service(request: Request) -> Service:
    """The parts of this service."""
    held: Service = request.app.state.service
    return held


def known_series(parts: Service, exchange: str, symbol: str, interval: str) -> Series:
    """A series of the store; 404 for any other, 422 for an unknown interval."""
    series = Series.of(exchange, symbol.upper(), interval)
    if series not in {status.series for status in parts.klines.series()}:
        raise HTTPException(404, f"{series} is not in the store: `python -m ingest populate` fills it")
    return series


ServiceNeeded = Annotated[Service, Depends(service)]
Exchange = Annotated[str | None, Query(max_length=32, examples=["simulated"])]
Symbol = Annotated[str | None, Query(max_length=40, examples=["BTCUSDT"])]
IntervalName = Annotated[str | None, Query(max_length=4, examples=["1h"])]
TimeText = Annotated[
    str | None, Query(max_length=40, description="ms UTC or ISO 8601", examples=["2026-01-01T00:00:00Z"])
]


@dataclass(frozen=True, slots=True)
class SeriesChoice:
    """What a request says about series; what it leaves open is None."""

    exchange: str | None
    symbol: str | None
    interval: str | None

    def fits(self, series: Series) -> bool:
        """Whether a series is meant."""
        names = (series.exchange, series.symbol, series.interval.name)
        asked = (self.exchange, self.symbol, self.interval)
        return all(wanted in (None, name) for wanted, name in zip(asked, names, strict=True))


@dataclass(frozen=True, slots=True)
class Period:
    """Times in `[start, end)`, ms UTC; an open end is None."""

    start: int | None
    end: int | None


def _chosen(exchange: Exchange = None, symbol: Symbol = None, interval: IntervalName = None) -> SeriesChoice:
    name = None if interval is None else Interval(interval).name
    return SeriesChoice(exchange, symbol.upper() if symbol else None, name)


def _period(start: TimeText = None, end: TimeText = None) -> Period:
    first, last = time_or_none(start), time_or_none(end)
    if first is not None and last is not None and last <= first:
        raise InvalidInput(f"end ({end}) must be after start ({start})")
    return Period(first, last)


ChosenSeries = Annotated[SeriesChoice, Depends(_chosen)]
ChosenPeriod = Annotated[Period, Depends(_period)]


def time_or_none(text: str | None) -> int | None:
    """A time as ms UTC; 422 for text that is none."""
    return None if text is None else parse_time(text)

"""What routes depend on: the stores, the models, the key, the series of a request."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from pydantic import StringConstraints
from starlette.exceptions import HTTPException

from market.errors import InvalidInput
from market.interval import END_OF_TIME, Interval, Series, parse_time
from market.ports import (
    ChangeLog,
    Clock,
    DecisionStore,
    Job,
    KlineStore,
    LifecycleStore,
    ModelRecord,
    TickStore,
)
from model_service.portfolio.holdings import Amount
from model_service.registry import Shelf
from web.symbols import A_SYMBOL


@dataclass(frozen=True, slots=True)
class Service:
    """What the API works with. `start_training(jobs, force)` starts a process and does not wait for it.

    `activate(model, who, why)` puts a challenger in charge and gives back its record, or says why not with
    `InvalidInput`.
    """

    klines: KlineStore
    decisions: DecisionStore
    shelf: Shelf
    clock: Callable[[str], Clock]
    start_training: Callable[[Sequence[Job], bool], None]
    ticks: TickStore | None = None
    portfolio: tuple[Amount, ...] = ()
    life: LifecycleStore | None = None
    changes: ChangeLog | None = None
    activate: Callable[[ModelRecord, str, str], ModelRecord] | None = None


def service(request: Request) -> Service:
    """The parts of this service."""
    held: Service = request.app.state.service
    return held


def known_series(parts: Service, exchange: str, symbol: str, interval: str) -> Series:
    """A series of the store; 404 for any other, 422 for an unknown interval."""
    series = Series.of(exchange, symbol, interval)
    if series not in {known for known, _ in parts.klines.listed()}:
        raise HTTPException(404, f"{series} is not in the store: `python -m ingest populate` fills it")
    return series


ServiceNeeded = Annotated[Service, Depends(service)]
Exchange = Annotated[str | None, Query(max_length=32, examples=["simulated"])]
Symbols = Annotated[
    list[Annotated[str, StringConstraints(max_length=40), A_SYMBOL]] | None,
    Query(max_length=50, description="may be given several times", examples=[["BTCUSDT"]]),
]
IntervalName = Annotated[str | None, Query(max_length=4, examples=["1h"])]
TimeText = Annotated[
    str | None, Query(max_length=40, description="ms UTC or ISO 8601", examples=["2026-01-01T00:00:00Z"])
]


@dataclass(frozen=True, slots=True)
class SeriesChoice:
    """What a request says about series; what it leaves open is empty."""

    exchange: str | None = None
    symbols: tuple[str, ...] = ()
    interval: str | None = None

    def fits(self, series: Series) -> bool:
        """Whether a series is meant."""
        return (
            self.exchange in (None, series.exchange)
            and (not self.symbols or series.symbol in self.symbols)
            and self.interval in (None, series.interval.name)
        )


@dataclass(frozen=True, slots=True)
class Period:
    """Times in `[start, end)`, ms UTC; an open end is None."""

    start: int | None
    end: int | None

    @property
    def first(self) -> int:
        """The start, or that of all time."""
        return 0 if self.start is None else self.start

    @property
    def last(self) -> int:
        """The end, or that of all time."""
        return END_OF_TIME if self.end is None else self.end


def _chosen(exchange: Exchange = None, symbol: Symbols = None, interval: IntervalName = None) -> SeriesChoice:
    name = None if interval is None else Interval(interval).name
    return SeriesChoice(exchange, tuple(symbol or ()), name)


def _one(
    parts: ServiceNeeded,
    exchange: Annotated[str, Query(max_length=32, examples=["simulated"])],
    symbol: Annotated[str, Query(max_length=40, examples=["BTCUSDT"]), A_SYMBOL],
    interval: Annotated[str, Query(max_length=4, examples=["1h"])],
) -> Series:
    return known_series(parts, exchange, symbol, interval)


def period_of(start: str | int | None = None, end: str | int | None = None) -> Period:
    """The period between two times as a caller writes them; `InvalidInput` for one that is none or empty."""
    found = Period(time_or_none(start), time_or_none(end))
    if found.last <= found.first:
        raise InvalidInput(f"end ({end}) must be after start ({start})")
    return found


def _period(start: TimeText = None, end: TimeText = None) -> Period:
    return period_of(start, end)


ChosenSeries = Annotated[SeriesChoice, Depends(_chosen)]
OneSeries = Annotated[Series, Depends(_one)]
ChosenPeriod = Annotated[Period, Depends(_period)]


def time_or_none(text: str | int | None) -> int | None:
    """A time as ms UTC; 422 for what is none."""
    return None if text is None else parse_time(str(text))

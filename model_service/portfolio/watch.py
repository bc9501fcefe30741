"""The watched portfolio now and through time; what has no price is unknown, never worth nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np

from market.decision import Role
from market.interval import END_OF_TIME, Series
from market.ports import Clock, DecisionStore, KlineStore, TickStore
from model_service.portfolio.holdings import Amount, Holding, equal_parts, holdings
from model_service.portfolio.prices import newest_price
from model_service.portfolio.tracks import Track, chosen_series, common_start, track
from model_service.views import SIMULATED

_DIGITS: Final = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Watch:
    """Where prices and decisions come from, and what is held (nothing said: equal parts of 1,000)."""

    klines: KlineStore
    decisions: DecisionStore
    ticks: TickStore | None
    clock: Callable[[str], Clock]
    amounts: tuple[Amount, ...]

    def now(self, start: int | None = None, interval: str | None = None) -> dict[str, Any]:
        """Every holding with its newest price, its age and its worth, and the sums by quote asset."""
        held, tracks, since = self._tracks(start, END_OF_TIME, interval)
        coins = [self._coin(each, path) for each, path in zip(held, tracks, strict=True)]
        quotes = sorted({(coin["exchange"], coin["quote"]) for coin in coins if coin["quote"]})
        return {
            "start": since,
            "assumed": not self.amounts,
            "holdings": coins,
            "unknown": [coin["name"] for coin in coins if coin["value"] is None],
            "totals": [_total(coins, *quote) for quote in quotes],
        }

    def history(
        self, start: int | None = None, end: int | None = None, interval: str | None = None, points: int = 300
    ) -> dict[str, Any]:
        """Worth over time from candles, by quote asset; null while one of its holdings has no price."""
        held, tracks, since = self._tracks(start, END_OF_TIME if end is None else end, interval)
        pairs = [pair for pair in zip(held, tracks, strict=True) if pair[0].quote]
        quotes = sorted({(each.exchange, str(each.quote)) for each, _ in pairs})
        return {
            "start": since,
            "histories": [
                {
                    "exchange": exchange,
                    "quote": quote,
                    "simulated": exchange == SIMULATED,
                    "points": _points(
                        [p for p in pairs if (p[0].exchange, p[0].quote) == (exchange, quote)], points
                    ),
                }
                for exchange, quote in quotes
            ],
        }

    def _tracks(
        self, start: int | None, end: int, interval: str | None
    ) -> tuple[list[Holding], list[Track | None], int | None]:
        stored = self.klines.series()
        led = [head.series for head in self.decisions.chain_heads() if head.role is Role.CHAMPION]
        watched = led or [status.series for status in stored]
        held = holdings(self.amounts, stored) if self.amounts else equal_parts(stored, watched)
        chosen = [chosen_series(self.decisions, each, interval) for each in held]
        since = common_start(self.decisions, [s for s in chosen if s]) if start is None else start
        parts = sum(series is not None for series in chosen) or 1
        tracks = [
            self._track(each, series, since, end, parts) for each, series in zip(held, chosen, strict=True)
        ]
        return held, tracks, since

    def _track(
        self, holding: Holding, series: Series | None, start: int | None, end: int, parts: int
    ) -> Track | None:
        if series is None:
            return None
        return track(self.klines, self.decisions, holding, series, start, end, parts)

    def _coin(self, holding: Holding, path: Track | None) -> dict[str, Any]:
        price = newest_price(self.klines, self.ticks, holding.series)
        amount = path.amount if path else holding.amount
        value = amount if holding.is_cash else None
        if price is not None and amount is not None:
            value = amount * price.price
        last = len(path.times) - 1 if path else 0
        return {
            "exchange": holding.exchange,
            "simulated": holding.exchange == SIMULATED,
            "name": holding.name,
            "asset": holding.asset,
            "quote": holding.quote,
            "cash": holding.is_cash,
            "amount": text(amount),
            "price": text(price.price) if price else None,
            "price_time": price.time if price else None,
            "price_source": price.source if price else None,
            "age_ms": max(0, self.clock(holding.exchange).now() - price.time) if price else None,
            "value": text(value),
            "interval": path.series.interval.name if path else None,
            "began_with": text(_rounded(path.began_with)) if path else None,
            "following": text(_rounded(path.followed(last))) if path else None,
            "buy_and_hold": text(_rounded(path.bought(last))) if path else None,
        }


def text(value: Decimal | None) -> str | None:
    """Exact, without trailing zeros."""
    return None if value is None else format(value.normalize(), "f")


def _rounded(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(_DIGITS)


def _total(coins: Sequence[dict[str, Any]], exchange: str, quote: str) -> dict[str, Any]:
    """Sums of one quote asset; a sum is null when a part of it is unknown, `known_value` leaves that out."""
    mine = [coin for coin in coins if (coin["exchange"], coin["quote"]) == (exchange, quote)]
    values = [coin["value"] for coin in mine]
    return {
        "exchange": exchange,
        "quote": quote,
        "simulated": exchange == SIMULATED,
        "value": _sum(values),
        "known_value": _sum([value for value in values if value is not None]),
        **{
            name: _sum([coin["value"] if coin["cash"] else coin[name] for coin in mine])
            for name in ("began_with", "following", "buy_and_hold")
        },
    }


def _sum(values: Sequence[str | None]) -> str | None:
    known = [Decimal(value) for value in values if value is not None]
    return text(sum(known, Decimal(0))) if len(known) == len(values) else None


def _points(pairs: Sequence[tuple[Holding, Track | None]], points: int) -> list[dict[str, Any]]:
    paths = [path for _, path in pairs if path is not None]
    if not paths:
        return []
    first = min(int(path.times[0]) for path in paths)
    last = max(int(path.times[-1]) for path in paths)
    times = np.unique(np.linspace(first, last, points).astype(np.int64))
    longest = max(paths, key=lambda path: len(path.times)).times
    on_candles = np.unique(longest[np.maximum(np.searchsorted(longest, times, side="right") - 1, 0)])
    return [_point(pairs, int(time)) for time in on_candles]


def _point(pairs: Sequence[tuple[Holding, Track | None]], time: int) -> dict[str, Any]:
    worths = [_worths(holding, path, time) for holding, path in pairs]
    names = ("value", "following", "buy_and_hold")
    columns = zip(names, zip(*worths, strict=True), strict=True)
    return {
        "time": time,
        **{name: _sum([text(_rounded(each)) for each in column]) for name, column in columns},
    }


def _worths(holding: Holding, path: Track | None, time: int) -> tuple[Decimal | None, ...]:
    if holding.is_cash:
        return (holding.amount,) * 3
    at = path.place(time) if path else None
    if path is None or at is None:
        return (None, None, None)
    return path.held(at), path.followed(at), path.bought(at)

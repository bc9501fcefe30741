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
from model_service.portfolio.tracks import Plan, Track, chosen_series, common_start, extent, track
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
        held, plans, since = self._plans(start, END_OF_TIME, interval)
        tracks = [plan and track(self.klines, plan) for plan in plans]
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
        held, plans, since = self._plans(start, END_OF_TIME if end is None else end, interval)
        pairs = [pair for pair in zip(held, plans, strict=True) if pair[0].quote]
        quotes = sorted({(each.exchange, str(each.quote)) for each, _ in pairs})
        return {
            "start": since,
            "histories": [
                {
                    "exchange": exchange,
                    "quote": quote,
                    "simulated": exchange == SIMULATED,
                    "points": self._points(
                        [p for p in pairs if (p[0].exchange, p[0].quote) == (exchange, quote)], points
                    ),
                }
                for exchange, quote in quotes
            ],
        }

    def _plans(
        self, start: int | None, end: int, interval: str | None
    ) -> tuple[list[Holding], list[Plan | None], int | None]:
        stored = self.klines.listed()
        led = [head.series for head in self.decisions.chain_heads() if head.role is Role.CHAMPION]
        watched = led or [series for series, _ in stored]
        held = holdings(self.amounts, stored) if self.amounts else equal_parts(stored, watched)
        chosen = [chosen_series(self.decisions, each, interval) for each in held]
        since = common_start(self.decisions, [s for s in chosen if s]) if start is None else start
        parts = sum(series is not None for series in chosen) or 1
        plans = [
            self._plan(each, series, parts, since, end) for each, series in zip(held, chosen, strict=True)
        ]
        return held, plans, since

    def _plan(
        self, holding: Holding, series: Series | None, parts: int, start: int | None, end: int
    ) -> Plan | None:
        found = None if series is None else extent(self.klines, self.decisions, series, start, end)
        return None if series is None or found is None else Plan(holding, parts, series, *found)

    def _points(self, pairs: Sequence[tuple[Holding, Plan | None]], points: int) -> list[dict[str, Any]]:
        plans = [plan for _, plan in pairs if plan is not None]
        if not plans:
            return []
        moments = self._moments(plans, points)
        paths = [(each, plan and track(self.klines, plan, moments)) for each, plan in pairs]
        return [_point(paths, moment) for moment in moments]

    def _moments(self, plans: Sequence[Plan], points: int) -> list[int]:
        """Evenly spread candles, of the series that has most."""
        first, last = min(plan.ends[0] for plan in plans), max(plan.ends[1] for plan in plans)
        times = np.unique(np.linspace(first, last, points).astype(np.int64))
        longest = max(plans, key=lambda plan: (plan.ends[1] - plan.ends[0]) / plan.series.interval.typical_ms)
        found = self.klines.beside(longest.series, times.tolist())["open_time"].to_numpy()
        candles = found[(found >= longest.ends[0]) & (found <= longest.ends[1])]
        at = np.maximum(np.searchsorted(candles, times, side="right") - 1, 0)
        moments: list[int] = np.unique(candles[at]).tolist()
        return moments

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

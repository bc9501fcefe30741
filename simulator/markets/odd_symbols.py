"""Symbols that are listed only where `OPA_SYMBOLS` or `OPA_SIMULATOR_SYMBOLS` names them: one oddity each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from market.interval import MINUTE
from simulator.bars import SCALE
from simulator.markets.symbols import Ending, GeneratedSymbol


def _time(text: str) -> int:
    return int(datetime.fromisoformat(text).astimezone(UTC).timestamp()) * 1000


def _odd(name: str, price: float) -> GeneratedSymbol:
    base = name.removesuffix("USDT")
    return GeneratedSymbol(name, base, "USDT", price, SCALE // 10**5, SCALE // 10, 0.009, 20_000)


def _ended(name: str, price: float, status: str, at: str, flat_ms: int | None) -> GeneratedSymbol:
    return replace(_odd(name, price), ending=Ending(status, _time(at), flat_ms))


ODD_SYMBOLS: Final = {
    each.name: each
    for each in (
        replace(_odd("THINUSDT", 0.85), idle=0.6),
        replace(_odd("SOONUSDT", 2.5), listed_at=_time("2030-01-01T00:00:00Z"), announced=True),
        _ended("OLDUSDT", 14.2, "BREAK", "2024-06-03T03:00:00Z", 0),
        _ended("HALTUSDT", 3.4, "HALT", "2026-11-14T02:00:00Z", 20 * MINUTE),
        _ended("CANCELUSDT", 0.3, "CANCEL_ONLY", "2026-11-16T09:30:00Z", None),
        _odd("币安人生USDT", 0.11),
    )
}

"""Answers of the exchange, taken as hostile: what is not what was asked for is a failure, not "no data"."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from market.errors import ExchangeUnavailable, InvalidMarketData
from market.interval import INTERVAL_NAMES, Interval
from market.kline import klines_from_rows
from market.ports import SymbolInfo

_LENGTHS: Final = {name: Interval(name).typical_ms for name in INTERVAL_NAMES if name != "1M"}
_MONTHS: Final = [days * 86_400_000 for days in (28, 29, 30, 31)]


def read_klines(answer: Any, interval: Interval, end: int | None) -> pa.Table:
    """`GET /api/v3/klines` to a validated table.

    `[[1499040000000, "0.01634790", "0.80000000", "0.01575800", "0.01577100", "148976.11427815",
    1499644799999, "2434.19055334", 308, "1756.87402397", "28.46694368", "0"], ...]`
    """
    if not isinstance(answer, list):
        raise ExchangeUnavailable(f"the exchange sent {type(answer).__name__} instead of a list of klines")
    try:
        klines = klines_from_rows(answer)
    except InvalidMarketData as error:
        raise ExchangeUnavailable(f"the exchange sent klines that cannot be: {error}") from error
    _check_interval(klines, interval)
    if end is not None and klines.num_rows and klines.column("open_time")[-1].as_py() > end:
        raise ExchangeUnavailable("the exchange sent klines from after the end that was asked for")
    return klines


def _check_interval(klines: pa.Table, interval: Interval) -> None:
    """Rows name neither symbol nor interval; their length gives a wrong interval away.

    Odd lengths exist (bars cut by an outage), so only a length that is another interval's is refused.
    """
    ours = _MONTHS if interval.name == "1M" else [interval.typical_ms]
    others = [length for length in (*_LENGTHS.values(), *_MONTHS) if length not in ours]
    lengths = pc.add(pc.subtract(klines.column("close_time"), klines.column("open_time")), 1)
    wrong = pc.index(pc.is_in(lengths, pa.array(others, pa.int64())), True).as_py()
    if wrong >= 0:
        raise ExchangeUnavailable(f"asked for {interval} klines, got bars of {lengths[wrong].as_py()} ms")


def read_symbol(answer: Any, exchange: str, name: str) -> SymbolInfo:
    """`GET /api/v3/exchangeInfo?symbol=BTCUSDT` to the market's metadata.

    `{"symbols": [{"symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
    "filters": [{"filterType": "PRICE_FILTER", "tickSize": "0.01000000", ...}, {"filterType": "LOT_SIZE",
    "stepSize": "0.00001000", ...}], ...}]}`
    """
    try:
        found = next(entry for entry in answer["symbols"] if entry["symbol"] == name)
        return SymbolInfo(
            exchange,
            name,
            str(found["baseAsset"]),
            str(found["quoteAsset"]),
            str(found["status"]),
            tuple(str(column) for column in found.get("derivedColumns", ())),
            _step(found, "PRICE_FILTER", "tickSize"),
            _step(found, "LOT_SIZE", "stepSize"),
        )
    except (KeyError, TypeError, AttributeError, StopIteration, InvalidOperation) as error:
        raise ExchangeUnavailable(
            f"the exchange's description of {name} cannot be read: {error!r}"
        ) from error


def _step(entry: dict[str, Any], kind: str, key: str) -> Decimal | None:
    found = next((each[key] for each in entry.get("filters", ()) if each["filterType"] == kind), None)
    return Decimal(found) if found is not None and Decimal(found) > 0 else None


def read_time(answer: Any) -> int:
    """`GET /api/v3/time`: `{"serverTime": 1499827319559}`."""
    time = answer.get("serverTime") if isinstance(answer, dict) else None
    if not isinstance(time, int) or isinstance(time, bool) or time <= 0:
        raise ExchangeUnavailable(f"the exchange's time cannot be read: {str(answer)[:80]!r}")
    return time


def read_trade_ids(answer: Any, first: int) -> list[int]:
    """`GET /api/v3/aggTrades?symbol=BTCUSDT&fromId=26129` to the ids, which rise from `first` on.

    `[{"a": 26129, "p": "0.01633102", "q": "4.70443515", "f": 27781, "l": 27781, "T": 1498793709153, ...}]`
    """
    try:
        ids = [trade["a"] for trade in answer]
    except (KeyError, TypeError) as error:
        raise ExchangeUnavailable(f"the exchange's aggregate trades cannot be read: {error!r}") from error
    if any(type(each) is not int for each in ids) or any(b <= a for a, b in pairwise([first - 1, *ids])):
        raise ExchangeUnavailable(f"the exchange's aggregate trades do not rise from {first} on")
    return ids

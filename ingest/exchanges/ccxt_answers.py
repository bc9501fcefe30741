"""ccxt's unified structures in the words of the market; numbers arrive as text and stay exact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal, InvalidOperation, localcontext
from typing import Any, Final

import pyarrow as pa

from ingest.exchanges.ccxt_client import Answer
from ingest.live import LastFrame
from market.errors import ExchangeUnavailable, InvalidInput, InvalidMarketData
from market.interval import Interval
from market.kline import klines_from_rows
from market.ports import SymbolInfo

# What a unified candle lacks. It is filled by the rule that recorded markets follow (docs/simulator.md) and
# declared with the symbol, so that every reader sees it.
DERIVED: Final = ("close_time", "quote_volume", "trades", "taker_base_volume", "taker_quote_volume")
TRADING: Final = "TRADING"
INACTIVE: Final = "INACTIVE"
Top = tuple[Decimal, Decimal, Decimal, Decimal]
_STEP: Final = Decimal("0.00000001")
_QUOTE_PER_TRADE: Final = 1_000
# ccxt's names for how `precision` is to be read.
_DECIMAL_PLACES: Final = 2
_TICK_SIZE: Final = 4


def read_klines(rows: Any, answer: Answer, interval: Interval, start: int, end: int) -> pa.Table:
    """`[[1504541580000, "4235.4", "4240.6", "4230.0", "4230.7", "37.72941911"], ...]` that open in
    `[start, end]`; rows outside, which some exchanges add, are dropped.
    """
    _check_list(rows, answer)
    try:
        chosen = [_row(row, interval) for row in rows if start <= int(row[0]) <= end]
        return klines_from_rows(chosen)
    except (InvalidMarketData, InvalidOperation, TypeError, ValueError, IndexError) as error:
        raise ExchangeUnavailable(f"the exchange sent candles that cannot be: {error!r}") from error


def read_open_time(rows: Any, answer: Answer, start: int, end: int) -> int | None:
    """Open time of the first candle that opens in `[start, end]`, whatever its grid."""
    _check_list(rows, answer)
    return min((int(row[0]) for row in rows if start <= int(row[0]) <= end), default=None)


def _check_list(rows: Any, answer: Answer) -> None:
    if not isinstance(rows, list) or (not rows and not _says_empty(answer.body)):
        raise ExchangeUnavailable(f"the exchange sent no candles but {str(answer.body)[:80]!r}")


def _row(row: Sequence[Any], interval: Interval) -> list[Any]:
    opened = int(row[0])
    if interval.floor(opened) != opened:
        raise InvalidInput(
            f"this exchange's {interval} candles open at other times than ours ({opened}): follow a shorter "
            "interval"
        )
    prices, volume = [Decimal(each) for each in row[1:5]], Decimal(row[5])
    with localcontext(prec=60):
        quote = (volume * sum(prices) / 4).quantize(_STEP, ROUND_DOWN)
        taker, taker_quote = (each.quantize(_STEP, ROUND_DOWN) for each in (volume / 2, quote / 2))
        trades = max(int(quote // _QUOTE_PER_TRADE), int(volume > 0))
    return [opened, *prices, volume, interval.close_time(opened), quote, trades, taker, taker_quote]


def _says_empty(body: Any) -> bool:
    """Whether an empty list is anywhere in the answer: an answer of another shape must not pass as one."""
    if isinstance(body, list):
        return not body or any(_says_empty(each) for each in body)
    return isinstance(body, dict) and any(_says_empty(each) for each in body.values())


def is_spot(market: Mapping[str, Any]) -> bool:
    """Whether ccxt's market is a spot market that can be named."""
    return bool(market.get("spot") and market.get("base") and market.get("quote"))


def symbol_name(market: Mapping[str, Any]) -> str:
    """`BTCUSDT` for ccxt's `BTC/USDT`: a slash would cut a series' name apart."""
    return f"{market['base']}{market['quote']}".upper()


def read_market(market: Mapping[str, Any], exchange: str, precision_mode: int) -> SymbolInfo:
    """`{"symbol": "BTC/USDT", "base": "BTC", "quote": "USDT", "spot": True, "active": True,
    "precision": {"price": "0.1", "amount": "0.00000001"}, "created": 1548133413000}`
    """
    status = INACTIVE if market.get("active") is False else TRADING
    precision = market.get("precision") or {}
    return SymbolInfo(
        exchange,
        symbol_name(market),
        str(market["base"]),
        str(market["quote"]),
        status,
        DERIVED,
        tick_size=_step(precision.get("price"), precision_mode),
        lot_step=_step(precision.get("amount"), precision_mode),
    )


def _step(precision: Any, mode: int) -> Decimal | None:
    number = decimal_or_none(precision)
    if number is None:
        return None
    if mode == _DECIMAL_PLACES:
        return Decimal(1).scaleb(-int(number))
    return number if mode == _TICK_SIZE and number > 0 else None


def decimal_or_none(value: Any) -> Decimal | None:
    """A finite number, None for anything else."""
    try:
        number = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return None
    return number if number.is_finite() else None


def read_last(ticker: Mapping[str, Any], name: str, now: int) -> LastFrame | None:
    """`{"symbol": "BTC/USDT", "timestamp": 1611000000000, "last": "34000.1", ...}`."""
    last = decimal_or_none(ticker.get("last"))
    return None if last is None else LastFrame(name, last, int(ticker.get("timestamp") or now))


def read_top(ticker: Mapping[str, Any]) -> Top | None:
    """`{"bid": "34000.1", "bidVolume": "0.5", "ask": "34000.2", "askVolume": "1.25"}`; None if one lacks."""
    bid, bid_quantity, ask, ask_quantity = (
        decimal_or_none(ticker.get(key)) for key in ("bid", "bidVolume", "ask", "askVolume")
    )
    if bid is None or bid_quantity is None or ask is None or ask_quantity is None:
        return None
    return bid, bid_quantity, ask, ask_quantity


def read_book(book: Mapping[str, Any]) -> Top | None:
    """`{"bids": [["34000.1", "0.5"], ...], "asks": [["34000.2", "1.25"], ...]}`.

    Some exchanges' levels stay text, as which "9" comes after "10", so the order is not trusted.
    """
    bids, asks = _levels(book, "bids"), _levels(book, "asks")
    return (*max(bids), *min(asks)) if bids and asks else None


def _levels(book: Mapping[str, Any], side: str) -> list[tuple[Decimal, Decimal]]:
    """Those that are numbers. The library makes floats, whose shortest text is what the exchange wrote."""
    pairs = [[decimal_or_none(str(each)) for each in level[:2]] for level in book.get(side) or ()]
    return [(price, amount) for price, amount in pairs if price is not None and amount is not None]


def read_time(told: Any) -> int:
    """`1499827319559`; the library makes None of an answer that it does not understand."""
    time = decimal_or_none(told)
    if time is None or time <= 0:
        raise ExchangeUnavailable(f"the exchange's time cannot be read: {told!r}")
    return int(time)


def quote_volume(ticker: Mapping[str, Any]) -> Decimal:
    """`{"quoteVolume": "52000000", "baseVolume": "1500", "last": "34000.1"}`; 0 where it is not told."""
    told = decimal_or_none(ticker.get("quoteVolume"))
    if told is not None:
        return told
    base, last = (decimal_or_none(ticker.get(key)) for key in ("baseVolume", "last"))
    return base * last if base is not None and last is not None else Decimal(0)

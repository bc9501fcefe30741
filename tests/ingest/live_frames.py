"""Frames of one series, as short as tests want to write them."""

from __future__ import annotations

from decimal import Decimal

from ingest.counters import Reject
from ingest.live import BookFrame, KlineFrame, RejectedFrame
from market.interval import Interval, Series
from market.kline import Kline, klines_from_rows, klines_to_rows
from tests.ingest.exchange import row

M1 = Interval("1m")
BTC = Series("binance", "BTCUSDT", M1)
KEY = ("BTCUSDT", "1m")
REJECTED = RejectedFrame(Reject.MALFORMED, "no JSON", KEY)


def bar(minute: int) -> Kline:
    return klines_to_rows(klines_from_rows([row(minute * 60_000, 60_000)]))[0]


def close(minute: int, sent_ms: int = 60_100) -> KlineFrame:
    return KlineFrame("BTCUSDT", M1, minute * 60_000, minute * 60_000 + sent_ms, bar(minute), 3)


def quote(update_id: int, symbol: str = "BTCUSDT") -> BookFrame:
    return BookFrame(symbol, Decimal(10), Decimal(1), Decimal(11), Decimal(update_id), update_id)

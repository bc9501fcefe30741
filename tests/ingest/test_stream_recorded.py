"""Recordings of the real live streams through the real parsers, with the values they have to give."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.counters import Reject, StreamCounters
from ingest.exchanges.binance_answers import read_symbol
from ingest.exchanges.binance_frames import FrameReader
from ingest.inbox import Inbox
from ingest.live import BookFrame, Frame, KlineFrame, RejectedFrame, TradeFrame, TradeKind
from ingest.trades import TradeIds
from market.interval import Interval, Series
from market.kline import Kline

pytestmark = pytest.mark.recorded
M1 = Interval("1m")
SPOT = ("NKNUSDT", "BLZETH", "LRCBTC", "RUNEEUR")
FUTURES = ("SUSHIUSDT", "AKROUSDT", "KEEPUSDT", "CTKUSDT")


def replay(recording: Path, symbols: tuple[str, ...]) -> list[Frame]:
    """`1633998512.0633569: {"stream":"nknusdt@depth@100ms","data":{...}}` after a line with the address."""
    reader = FrameReader([Series("binance", symbol, M1) for symbol in symbols], list(TradeKind))
    lines = recording.read_bytes().splitlines()[1:]
    return [reader.read(line.partition(b": ")[2]) for line in lines if line]


def kinds(frames: list[Frame]) -> Counter[str]:
    return Counter(
        str(frame.reason) if isinstance(frame, RejectedFrame) else type(frame).__name__ for frame in frames
    )


def test_half_a_minute_of_the_spot_stream_of_2021(recorded: Path) -> None:
    frames = replay(recorded / "streams" / "cryptofeed_BINANCE.ws.1.0", SPOT)
    # The recording carries order-book depth too, which nobody asked for here.
    assert kinds(frames) == {"BookFrame": 84, "KlineFrame": 2, "TradeFrame": 2, "unknown_stream": 177}
    assert [frame for frame in frames if isinstance(frame, KlineFrame)] == [
        KlineFrame("NKNUSDT", M1, 1633998480000, 1633998523963, None, 30),
        KlineFrame("LRCBTC", M1, 1633998480000, 1633998534486, None, 1),
    ]
    assert next(frame for frame in frames if isinstance(frame, BookFrame)) == BookFrame(
        "NKNUSDT", Decimal("0.3521"), Decimal(672), Decimal("0.3526"), Decimal(3199), 499869768
    )
    assert [(frame.symbol, frame.trade_id) for frame in frames if isinstance(frame, TradeFrame)] == [
        ("NKNUSDT", 15683430),
        ("LRCBTC", 9213679),
    ]


def test_closed_candles_of_the_futures_stream_of_2021_are_read_exactly(recorded: Path) -> None:
    frames = replay(recorded / "streams" / "cryptofeed_BINANCE_FUTURES.ws.1.0", FUTURES)
    assert kinds(frames) == {"BookFrame": 613, "KlineFrame": 67, "TradeFrame": 91, "unknown_stream": 764}
    closed = [frame for frame in frames if isinstance(frame, KlineFrame) and frame.kline]
    assert [(frame.symbol, frame.sent_at - frame.open_time - 60_000) for frame in closed] == [
        ("SUSHIUSDT", 203),
        ("CTKUSDT", 791),
        ("AKROUSDT", 2_003),
        ("KEEPUSDT", 2_004),
    ]
    assert closed[0].kline == Kline(
        open_time=1626992700000,
        open=Decimal("7.6080"),
        high=Decimal("7.6180"),
        low=Decimal("7.6070"),
        close=Decimal("7.6170"),
        volume=Decimal(3005),
        close_time=1626992759999,
        quote_volume=Decimal("22875.8590"),
        trades=113,
        taker_base_volume=Decimal(1900),
        taker_quote_volume=Decimal("14464.6960"),
    )


def test_the_ids_of_the_recorded_trades_prove_that_none_is_missing(recorded: Path) -> None:
    counters = StreamCounters()
    ids = TradeIds(counters)
    for frame in replay(recorded / "streams" / "cryptofeed_BINANCE_FUTURES.ws.1.0", FUTURES):
        if isinstance(frame, TradeFrame):
            ids.heard(frame)
    seen = {symbol: counts.seen for (symbol, _), counts in counters.trades.items()}
    assert seen == {"CTKUSDT": 38, "AKROUSDT": 8, "SUSHIUSDT": 40, "KEEPUSDT": 5}
    assert sum(counts.missing for counts in counters.trades.values()) == 0


def test_recorded_quotes_come_in_the_order_of_their_numbers(recorded: Path) -> None:
    counters = StreamCounters()
    inbox = Inbox(counters)
    for frame in replay(recorded / "streams" / "cryptofeed_BINANCE_FUTURES.ws.1.0", FUTURES):
        if isinstance(frame, BookFrame):
            inbox.put(frame)
    assert counters.duplicates == 0
    assert counters.superseded == 613 - len(FUTURES)


def test_a_recording_of_another_market_is_rejected_message_by_message(recorded: Path) -> None:
    frames = replay(recorded / "streams" / "cryptofeed_BINANCE.ws.1.0", ("BTCUSDT",))
    assert {frame.reason for frame in frames if isinstance(frame, RejectedFrame)} == {Reject.UNKNOWN_STREAM}
    assert len(kinds(frames)) == 1


def test_every_market_of_the_recorded_listing_can_be_read(recorded: Path) -> None:
    lines = (recorded / "streams" / "cryptofeed_BINANCE.0").read_text(encoding="utf-8").splitlines()
    listing = json.loads(next(line for line in lines if '"symbols"' in line).partition(": ")[2])
    found = [read_symbol(listing, "binance", entry["symbol"]) for entry in listing["symbols"][::50]]
    assert len(listing["symbols"]) == 1_695
    assert (found[0].symbol, found[0].base_asset, found[0].quote_asset) == ("ETHBTC", "ETH", "BTC")
    assert {each.status for each in found} == {"TRADING", "BREAK"}

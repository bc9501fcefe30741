"""Each way in which a live message can be unusable, by its reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ingest.counters import Reject
from ingest.exchanges.binance_frames import FrameReader
from ingest.live import BookFrame, KlineFrame, LastFrame, LeavingFrame, RejectedFrame, TradeFrame, TradeKind
from market.interval import Series
from tests.ingest.mutations import message

BTC = Series.of("binance", "BTCUSDT", "1m")
RUNNING, CLOSED = message("BTCUSDT", "running", 0), message("BTCUSDT", "closed", 0)
BOOK, LAST = message("BTCUSDT", "book", 0), message("BTCUSDT", "last", 0)
OPEN = b'"t":1672515780000'


@pytest.fixture
def reader() -> FrameReader:
    return FrameReader([BTC], list(TradeKind))


def test_every_stream_of_a_symbol_is_asked_for_once(reader: FrameReader) -> None:
    kinds = ("aggTrade", "bookTicker", "kline_1m", "miniTicker", "trade")
    assert reader.names == [f"btcusdt@{kind}" for kind in kinds]
    assert FrameReader([BTC, Series.of("binance", "BTCUSDT", "1h")]).names == [
        f"btcusdt@{kind}" for kind in ("bookTicker", "kline_1h", "kline_1m", "miniTicker")
    ]


def test_what_is_fine_is_read_exactly(reader: FrameReader) -> None:
    running, closed = reader.read(RUNNING), reader.read(CLOSED)
    assert running == KlineFrame("BTCUSDT", BTC.interval, 1672515780000, 1672515782000, None, 101)
    assert isinstance(closed, KlineFrame)
    assert closed.kline is not None
    assert (closed.kline.open, closed.kline.taker_quote_volume) == (Decimal("16500.1"), Decimal("8250000.5"))
    price = Decimal("16500.1")
    assert reader.read(BOOK) == BookFrame(
        "BTCUSDT", price, Decimal("1.5"), Decimal("16500.10000001"), Decimal(2), 1_000
    )
    assert reader.read(LAST) == LastFrame("BTCUSDT", price, 1672515782000)
    assert reader.read(message("BTCUSDT", "agg", 3)) == TradeFrame("BTCUSDT", TradeKind.AGGREGATE, 5_003)
    assert reader.read(message("BTCUSDT", "trade", 3)) == TradeFrame("BTCUSDT", TradeKind.SINGLE, 9_003)


@pytest.mark.parametrize(
    "text",
    [
        b'{"e":"serverShutdown","E":1672515782000}',
        b'{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1672515782000}}',
    ],
)
def test_a_shutdown_is_announced_with_and_without_envelope(reader: FrameReader, text: bytes) -> None:
    assert reader.read(text) == LeavingFrame()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (RUNNING[:-9], Reject.MALFORMED),
        (b"\xff\xfe", Reject.MALFORMED),
        (RUNNING.replace(b"16500.1", b"\xff16500.1"), Reject.MALFORMED),
        (b"[1]", Reject.WRONG_TYPE),
        (RUNNING.replace(b'"n":101', b'"n":"101"'), Reject.WRONG_TYPE),
        (RUNNING.replace(b'"x":false', b'"x":0'), Reject.WRONG_TYPE),
        (RUNNING.replace(b'"n":101,', b""), Reject.WRONG_TYPE),
        (RUNNING.replace(b"btcusdt@", b"ethusdt@"), Reject.UNKNOWN_STREAM),
        (b'{"result":null,"id":1}', Reject.UNKNOWN_STREAM),
        (RUNNING.replace(b'"s":"BTCUSDT"', b'"s":"ETHUSDT"', 1), Reject.MISMATCH),
        (RUNNING.replace(b'"i":"1m"', b'"i":"1M"'), Reject.MISMATCH),
        (BOOK.replace(b"BTCUSDT", b"ETHUSDT"), Reject.MISMATCH),
        (RUNNING.replace(OPEN, b'"t":1672515780001'), Reject.IMPOSSIBLE),
        (RUNNING.replace(b'"E":1672515782000', b'"E":1672515779999'), Reject.IMPOSSIBLE),
        (CLOSED.replace(b'"E":1672515840203', b'"E":1672515839999'), Reject.IMPOSSIBLE),
        (CLOSED.replace(b'"E":1672515840203', b'"E":1672515900000'), Reject.IMPOSSIBLE),
        (RUNNING.replace(b'"l":"16000.00000000"', b'"l":"NaN"'), Reject.IMPOSSIBLE),
        (RUNNING.replace(b'"l":"16000.00000000"', b'"l":"16501"'), Reject.IMPOSSIBLE),
        (RUNNING.replace(b'"v":"1000.00000000"', b'"v":"-1"'), Reject.IMPOSSIBLE),
        (CLOSED.replace(b'"v":"1000.00000000"', b'"v":"1e3"'), Reject.IMPOSSIBLE),
        (CLOSED.replace(b'"v":"1000.00000000"', b'"v":"1_000"'), Reject.IMPOSSIBLE),
        (CLOSED.replace(b'"v":"1000.00000000"', b'"v":"1.0000000000001"'), Reject.IMPOSSIBLE),
        (BOOK.replace(b'"a":"16500', b'"a":"16499'), Reject.IMPOSSIBLE),
        (LAST.replace(b'"c":"16500.10000000"', b'"c":"0"'), Reject.IMPOSSIBLE),
        (message("BTCUSDT", "agg", 3).replace(b'"l":4', b'"l":2'), Reject.IMPOSSIBLE),
    ],
)
def test_what_is_not_is_rejected_with_its_reason(reader: FrameReader, text: bytes, reason: Reject) -> None:
    frame = reader.read(text)
    assert isinstance(frame, RejectedFrame)
    assert frame.reason == reason, frame.detail


def test_a_rejected_candle_names_its_series(reader: FrameReader) -> None:
    frame = reader.read(RUNNING.replace(b'"n":101', b'"n":null'))
    assert isinstance(frame, RejectedFrame)
    assert frame.series == ("BTCUSDT", "1m")
    assert "btcusdt@kline_1m" in frame.detail

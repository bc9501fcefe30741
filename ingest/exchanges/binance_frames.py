"""Messages of the combined stream, taken as hostile, to frames in the words of the market."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from ingest.counters import Reject
from ingest.exchanges.binance_payloads import Envelope
from ingest.exchanges.binance_readers import BookStream, KlineStream, LastStream, TradeStream, Unusable
from ingest.live import Frame, LeavingFrame, RejectedFrame, TradeKind
from market.errors import InvalidMarketData
from market.interval import Series

Read = Callable[[msgspec.Raw], Frame]
_SHUTDOWN: Final = "serverShutdown"
_envelope: Final = msgspec.json.Decoder(Envelope)


class FrameReader:
    """Knows which streams were asked for; anything else, and what cannot be, becomes a rejected frame."""

    def __init__(self, followed: Sequence[Series], trades: Sequence[TradeKind] = ()) -> None:
        self._streams: dict[str, Read] = {}
        self._series: dict[str, tuple[str, str]] = {}
        for series in followed:
            name = f"{series.symbol.lower()}@kline_{series.interval}"
            self._series[name] = series.symbol, series.interval.name
            self._streams[name] = KlineStream(series.symbol, series.interval).read
        for symbol in {series.symbol for series in followed}:
            self._streams[f"{symbol.lower()}@bookTicker"] = BookStream(symbol).read
            self._streams[f"{symbol.lower()}@miniTicker"] = LastStream(symbol).read
            for kind in trades:
                self._streams[f"{symbol.lower()}@{kind}"] = TradeStream(symbol, kind).read

    @property
    def names(self) -> list[str]:
        """What to subscribe to: `btcusdt@kline_1m`, `btcusdt@bookTicker`, `btcusdt@miniTicker`, ..."""
        return sorted(self._streams)

    def read(self, message: bytes) -> Frame:
        """One message as received: `{"stream": "btcusdt@bookTicker", "data": {...}}`."""
        stream = ""
        try:
            envelope = _envelope.decode(message)
            stream = envelope.stream
            known = self._streams.get(stream)
            if known is not None:
                return known(envelope.data)
            if _SHUTDOWN in (stream.lstrip("!"), envelope.e):
                return LeavingFrame()
            raise Unusable(Reject.UNKNOWN_STREAM, f"stream {stream!r} was not asked for")
        except Unusable as error:
            return self._rejected(error.reason, stream, error)
        except msgspec.ValidationError as error:
            return self._rejected(Reject.WRONG_TYPE, stream, error)
        except InvalidMarketData as error:
            return self._rejected(Reject.IMPOSSIBLE, stream, error)
        except (
            msgspec.DecodeError,
            ValueError,
            RecursionError,
        ) as error:  # ValueError: text that is no UTF-8
            return self._rejected(Reject.MALFORMED, stream, error)

    def _rejected(self, reason: Reject, stream: str, error: Exception) -> RejectedFrame:
        return RejectedFrame(reason, f"{stream[:60]}: {str(error)[:160]}", self._series.get(stream))

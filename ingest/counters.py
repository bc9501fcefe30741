"""What a follower of the market has counted since it started: plain numbers, read by whoever shows them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from market.interval import Series


class Reject(StrEnum):
    """Why a message of a live stream was not used; the whole list, so that it can label a metric."""

    MALFORMED = "malformed"  # no text, no JSON
    WRONG_TYPE = "wrong_type"  # JSON, but a field is missing or of another type
    UNKNOWN_STREAM = "unknown_stream"  # a stream that was not asked for
    MISMATCH = "mismatch"  # the payload is another symbol's, interval's or event's
    IMPOSSIBLE = "impossible"  # NaN, a negative price, low above high, a bar off its grid
    AHEAD = "ahead"  # a candle that closes in the future of the market clock


@dataclass(slots=True)
class SeriesCounters:
    """One series."""

    confirmed: int = 0  # rows that REST added or changed
    provisional: int = 0  # rows stored at once because the stream called them closed
    differences: int = 0  # of those, how many REST confirmed with other values
    spilled: int = 0  # closed candles that found the queue full and were read again by REST
    rejected: int = 0  # messages of this series that could not be used
    back_fills: int = 0  # how often it was read again from its last confirmed bar


@dataclass(slots=True)
class TradeCounters:
    """One symbol's trades or aggregate trades: the ids prove that none is missing."""

    seen: int = 0
    missing: int = 0  # ids that the stream left out
    healed: int = 0  # of those, how many REST could show


@dataclass(slots=True)
class StreamCounters:
    """One exchange's live stream. Every number only grows, `queued` and `connected` aside."""

    connections: int = 0  # attempts, planned ones included
    reconnects: int = 0  # after an error or silence
    rotations: int = 0  # planned: an old connection relieved by a new one, without a gap
    connected: int = 0  # how many are open now; 2 during a rotation
    messages: int = 0  # everything that came, usable or not
    rejected: Counter[Reject] = field(default_factory=Counter)
    duplicates: int = 0  # seen before, as it happens while two connections overlap
    superseded: int = 0  # quotes replaced by newer ones before they were looked at
    queued: int = 0  # closed candles that wait to be looked at
    spilled: int = 0  # closed candles that found the queue full
    clock_jumps: int = 0
    ticks_dropped: int = 0
    series: dict[Series, SeriesCounters] = field(default_factory=dict)
    trades: dict[tuple[str, str], TradeCounters] = field(default_factory=dict)  # by symbol and stream kind

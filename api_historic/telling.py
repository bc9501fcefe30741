"""What a line of the change log becomes on the event stream."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import orjson
import pyarrow as pa

from api_historic.deps import Stores
from api_historic.feeds import Feed, kline_feed, tick_feed
from api_historic.lines import joined, object_words
from market.interval import Interval, Series
from market.ports import Change
from web.broadcast import Events

# Event names and the streams of the change log that they come from.
EVENTS: Final = {"tick": "ticks", "kline": "klines"}
# A line with more rows is a back-fill: one event tells of its range.
MOST_ROWS: Final = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines a listener wants to hear of; no exchange, symbols or interval means all of them."""

    streams: frozenset[str]
    exchange: str | None
    symbols: frozenset[str]
    interval: Interval | None

    def __call__(self, line: Change) -> bool:
        """Whether it wants this one."""
        if line.stream not in self.streams:
            return False
        exchange, symbol, *interval = line.series.split("/")
        return (
            self.exchange in (None, exchange)
            and (not self.symbols or symbol in self.symbols)
            and (not interval or self.interval is None or interval == [self.interval.name])
        )


class Teller:
    """Reads the rows of a line and writes its events."""

    def __init__(self, held: Stores) -> None:
        self._held = held

    def __call__(self, line: Change) -> Events:
        """`tick` or `kline` for every row; `range` where there are many, or candles that are gone."""
        if line.stream == "klines":
            name, feed = "kline", kline_feed(self._held.klines, Series.parse(line.series))
        elif line.stream == "ticks":
            name, feed = "tick", tick_feed(self._held.ticks, *line.series.split("/"))
        else:
            return []
        rows = feed.read(line.from_time, line.to_time + 1, MOST_ROWS + 1, False)
        if rows.num_rows > MOST_ROWS or (rows.num_rows == 0 and name == "kline"):
            return [("range", _range(feed, line))]
        return [(name, row) for row in _objects(feed, rows)]


def _range(feed: Feed, line: Change) -> bytes:
    """`end` is excluded, as everywhere."""
    return orjson.dumps(
        {**feed.head, "stream": line.stream, "start": line.from_time, "end": line.to_time + 1}
    )


def _objects(feed: Feed, rows: pa.Table) -> list[bytes]:
    """`{"exchange":"binance","symbol":"BTCUSDT","simulated":false,"time":1609459200000,"bid":...}`"""
    words = object_words(feed.schema, orjson.dumps(feed.head).decode()[:-1] + ",")
    return joined(rows, [*words[:-1], words[-1].removesuffix(",") + "\n"]).splitlines()

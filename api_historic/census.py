"""How many rows every series has: counted slice by slice, and again only where something changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Final

from api_historic.catalogue import Listed
from market.errors import InvalidInput
from market.interval import END_OF_TIME, Series
from market.ports import Change, KlineStore, SeriesStatus
from web.tail import Tail

FRESH_S: Final = 5.0
# Counting so many takes a tenth of a second; a whole long series would outlast the patience of a request.
_SLICE_BARS: Final = 100_000

Quality = tuple[int, int, int]


class Census:
    """What is stored of each series, at most five seconds old; listens to the tail of the change log."""

    def __init__(self, store: KlineStore, tail: Tail) -> None:
        self._store = store
        self._tail = tail
        self._lock = threading.Lock()
        self._counting = threading.Lock()
        self._slices: dict[Series, dict[int, int]] = {}
        self._quality: dict[Series, Quality] = {}
        self._told: dict[Series, int] = {}
        self._losses = 0
        self._counted: list[SeriesStatus] = []
        self._counted_at = -float("inf")

    def all(self) -> list[SeriesStatus]:
        """Every series with its counts. Who comes while another counts takes the counts before."""
        if self._counting.acquire(blocking=not self._counted):
            try:
                if time.monotonic() - self._counted_at >= FRESH_S:
                    self._counted = [self._status(each) for each in self._store.listed()]
                    self._counted_at = time.monotonic()
            finally:
                self._counting.release()
        return self._counted

    def rows(self, series: Series) -> int:
        """How many rows a series has."""
        return next((each.rows for each in self.all() if each.series == series), 0)

    def changed(self, lines: Sequence[Change]) -> None:
        """Forget what the lines tell of (called by the tail)."""
        with self._lock:
            for line in lines:
                if line.stream in ("klines", "quality"):
                    self._forget(line)

    def lost(self) -> None:
        """Forget everything (called by the tail)."""
        with self._lock:
            self._losses += 1
            self._slices.clear()
            self._quality.clear()

    def _forget(self, line: Change) -> None:
        try:
            series = Series.parse(line.series)
        except InvalidInput:  # of a newer version than this one
            return
        self._told[series] = line.seq
        if line.stream == "quality":
            self._quality.pop(series, None)
            return
        width = _SLICE_BARS * series.interval.typical_ms
        held = self._slices.get(series, {})
        for at in [at for at in held if line.from_time // width <= at <= line.to_time // width]:
            del held[at]

    def _status(self, listed: Listed) -> SeriesStatus:
        if not self._tail.fresh:
            self.lost()
        series, info = listed
        first, last = (
            self._store.read_text(series, 0, END_OF_TIME, limit=1, newest=newest)
            .column("open_time")
            .to_pylist()
            for newest in (False, True)
        )
        ends = (int(first[0]), int(last[0])) if first and last else None
        rows = self._rows(series, *ends) if ends else 0
        first_open, last_open = ends or (None, None)
        return SeriesStatus(series, info, rows, first_open, last_open, *self._quality_of(series))

    def _rows(self, series: Series, first: int, last: int) -> int:
        width = _SLICE_BARS * series.interval.typical_ms
        rows = 0
        for at in range(first // width, last // width + 1):
            note, known = self._note(series), self._slices.get(series, {}).get(at)
            count = self._store.count(series, at * width, (at + 1) * width) if known is None else known
            rows += count
            with self._lock:
                if known is None and note is not None and note == self._note(series):
                    self._slices.setdefault(series, {})[at] = count
        return rows

    def _quality_of(self, series: Series) -> Quality:
        note, known = self._note(series), self._quality.get(series)
        if known is not None:
            return known
        holes = self._store.holes(series)
        found = len(holes), sum(each.bars for each in holes), len(self._store.revisions(series))
        with self._lock:
            if note is not None and note == self._note(series):
                self._quality[series] = found
        return found

    def _note(self, series: Series) -> tuple[int, int] | None:
        """What was told so far; None before the log was read: then nothing may be kept."""
        return None if self._tail.position is None else (self._losses, self._told.get(series, 0))

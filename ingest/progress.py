"""How far a populate run is: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import logging
import time
from types import TracebackType
from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from market.interval import Series

log = logging.getLogger(__name__)
_LINE_EVERY: Final = 5.0


class Bars:
    """A bar per series with rows/s and the time left."""

    def __init__(self, console: Console) -> None:
        self._bars = Progress(
            TextColumn("{task.description:<28}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>9} rows/s"),
            TimeRemainingColumn(),
            console=console,
        )
        self._tasks: dict[Series, tuple[TaskID, Rate]] = {}

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begin(self, series: Series, bars: int) -> None:
        """A series starts; `bars` of the grid are to be read."""
        task = self._bars.add_task(str(series), total=bars, rate="")
        self._tasks[series] = task, Rate()

    def advance(self, series: Series, bars: int, rows: int) -> None:
        """`bars` more were read and `rows` written."""
        task, rate = self._tasks[series]
        self._bars.update(task, advance=bars, rate=f"{rate.add(rows):,.0f}")


class Lines:
    """A log line per series every few seconds."""

    def __init__(self) -> None:
        self._total: dict[Series, int] = {}
        self._done: dict[Series, int] = {}
        self._rates: dict[Series, Rate] = {}
        self._said: dict[Series, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    def begin(self, series: Series, bars: int) -> None:
        """A series starts; `bars` of the grid are to be read."""
        self._total[series], self._done[series] = bars, 0
        self._rates[series], self._said[series] = Rate(), 0.0
        log.info("%s: %d candles to read", series, bars)

    def advance(self, series: Series, bars: int, rows: int) -> None:
        """`bars` more were read and `rows` written."""
        self._done[series] += bars
        done, total = self._done[series], self._total[series]
        rate = self._rates[series].add(rows)
        if done < total and time.monotonic() - self._said[series] < _LINE_EVERY:
            return
        self._said[series] = time.monotonic()
        left = (total - done) / rate if rate else 0.0
        log.info("%s: %d of %d candles, %.0f rows/s, %.0f s left", series, done, total, rate, left)


class Rate:
    """Rows per second since the first rows were awaited."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._rows = 0

    def add(self, rows: int) -> float:
        """The rate with these rows counted."""
        self._rows += rows
        return self._rows / max(time.monotonic() - self._since, 1e-3)

"""In-memory twin of the health store, for tests."""

from __future__ import annotations

from collections.abc import Sequence

from market.interval import Series
from market.ports import Health, Pulse, Recheck
from market.ports.health import is_news, lag
from market.store.memory import MemoryKlineStore


class MemoryHealthStore:
    """`HealthStore` on dicts; series have to be registered in the kline store."""

    def __init__(self, klines: MemoryKlineStore) -> None:
        self._klines = klines
        self._held: dict[Series, Health] = {}
        self._announced: dict[Series, int] = {}
        self._rechecks: dict[Series, Recheck] = {}

    def save(self, pulses: Sequence[Pulse]) -> list[Health]:
        """Write a row per series, with a `quality` line for each that is news."""
        saved = [self._health(pulse) for pulse in pulses]
        for health in saved:
            series, at = health.pulse.series, health.pulse.at
            if is_news(health, self._held.get(series), self._announced.get(series, at)):
                last_open = self._klines.last_confirmed(series) or 0
                self._klines.changes.append("quality", str(series), last_open, last_open)
                self._announced[series] = at
            self._held[series] = health
        return saved

    def read(self) -> list[Health]:
        """The newest row of every series that was ever followed, by series."""
        return [health for _, health in sorted(self._held.items(), key=lambda item: item[0])]

    def recheck(self, series: Series) -> Recheck | None:
        """How far the history was read again; None before the first run."""
        self._klines.coverage(series)  # refuses a series that is not registered
        return self._rechecks.get(series)

    def save_recheck(self, series: Series, recheck: Recheck) -> None:
        """Remember it."""
        self._klines.coverage(series)
        self._rechecks[series] = recheck

    def _health(self, pulse: Pulse) -> Health:
        series = pulse.series
        holes, last = self._klines.holes(series), self._klines.last_confirmed(series)
        last_close = None
        if last is not None:
            last_close = self._klines.read(series, last, last + 1).column("close_time")[0].as_py()
        return Health(
            pulse,
            last_close,
            lag(series, last_close, pulse.at),
            len(holes),
            sum(hole.bars for hole in holes),
            len(self._klines.revisions(series)),
        )

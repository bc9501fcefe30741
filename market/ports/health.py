"""How a followed series is doing, and how far its old history was read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from market.interval import MINUTE, Series

# Times change with every row; a change-log line says so at most this often (ms of market time).
ANNOUNCE_EVERY: Final = MINUTE


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the ingester knows of a series at market time `at`; counts are since its start.

    `weight_limit` is what it allows itself of the exchange's request weight in a minute; None is not known.
    """

    series: Series
    at: int
    reconnects: int = 0
    stream_differences: int = 0
    rejected_frames: int = 0
    spilled: int = 0
    weight_used: int = 0
    weight_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """A pulse with what the store knows: close time of the newest confirmed candle, lag, holes, revisions."""

    pulse: Pulse
    last_close: int | None
    lag_ms: int | None
    holes: int = 0
    missing_bars: int = 0
    revisions: int = 0

    @property
    def counts(self) -> tuple[int, ...]:
        """What is told at once when it changes."""
        pulse = self.pulse
        return (
            *(self.holes, self.missing_bars, self.revisions),
            *(pulse.reconnects, pulse.stream_differences, pulse.rejected_frames, pulse.spilled),
        )


def lag(series: Series, last_close: int | None, at: int) -> int | None:
    """Market time (ms) since the candle after the newest confirmed one closed; 0 while it still runs."""
    if last_close is None:
        return None
    return max(0, at - series.interval.close_time(last_close + 1))


def is_news(now: Health, before: Health | None, announced_at: int) -> bool:
    """Whether a row is worth a line in the change log: a count changed, or a minute of market time passed."""
    if before is None or before.counts != now.counts:
        return True
    return not 0 <= now.pulse.at - announced_at < ANNOUNCE_EVERY


@dataclass(frozen=True, slots=True)
class Recheck:
    """The old history is read again from open time `next_time` on; `rounds` counts its ends.

    `checked_at` is the market time at which the newest run began.
    """

    next_time: int
    rounds: int
    checked_at: int


class HealthStore(Protocol):
    """One row of health and one of re-reading per series; `ingest` is the only writer."""

    def save(self, pulses: Sequence[Pulse]) -> list[Health]:
        """Write a row per series in one transaction, with a `quality` line for each that is news."""
        ...

    def read(self) -> list[Health]:
        """The newest row of every series that was ever followed, by series."""
        ...

    def recheck(self, series: Series) -> Recheck | None:
        """How far the history was read again; None before the first run."""
        ...

    def save_recheck(self, series: Series, recheck: Recheck) -> None:
        """Remember it."""
        ...

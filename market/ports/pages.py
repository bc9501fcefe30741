"""Pages of what happened to series, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from market.interval import Series

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class SeriesPage:
    """At most `limit` entries of the series that fit; empty fields do not filter.

    Entries are in the order of (time, newest first; id). `after` is the cursor: time and id of the last entry
    of the page before.
    """

    exchange: str | None = None
    symbols: tuple[str, ...] = ()
    interval: str | None = None
    after: tuple[int, str] | None = None
    limit: int = 100

    def fits(self, series: Series) -> bool:
        """Whether a series is meant."""
        return (
            self.exchange in (None, series.exchange)
            and (not self.symbols or series.symbol in self.symbols)
            and self.interval in (None, series.interval.name)
        )

    def of(
        self,
        entries: Iterable[Entry],
        series: Callable[[Entry], Series],
        place: Callable[[Entry], tuple[int, str]],
    ) -> list[Entry]:
        """The page of entries that are all at hand; `place` gives time and id."""

        def order(entry: Entry) -> tuple[int, str]:
            time, name = place(entry)
            return -time, name

        behind = None if self.after is None else (-self.after[0], self.after[1])
        meant = [each for each in entries if self.fits(series(each))]
        left = [each for each in meant if behind is None or order(each) > behind]
        return sorted(left, key=order)[: self.limit]

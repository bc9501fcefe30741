"""The time of an exchange that has no request for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import Final

_SECOND: Final = 1_000


class DateClock:
    """Our clock, moved as little as the `Date` headers of the answers (whole seconds) demand."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lead = 0

    def now(self) -> int:
        """The exchange's time, ms UTC."""
        return round(self._clock() * 1000) + self._lead

    def observe(self, headers: Mapping[str, str]) -> None:
        """Take in the headers of an answer that has just come."""
        date = next((value for name, value in headers.items() if name.lower() == "date"), "")
        try:
            second = round(parsedate_to_datetime(date).timestamp()) * _SECOND
        except ValueError:
            return
        # Later than the header's second, ours has run ahead of the answer's time: too early is the safe side.
        self._lead += min(max(self.now(), second), second + _SECOND) - self.now()

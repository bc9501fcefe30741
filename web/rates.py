"""How often each caller may ask: a count per caller and window, kept in memory."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import Final

from limits import parse

from market.errors import InvalidInput

# Callers that are remembered: whoever comes from ever new addresses does not fill the memory.
_MOST_CALLERS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Count:
    """Where a caller stands: `limit` in a window that ends in `reset_s` seconds."""

    limit: int
    left: int
    reset_s: int

    @property
    def exceeded(self) -> bool:
        """Whether this request is one too many."""
        return self.left < 0

    def headers(self) -> list[tuple[bytes, bytes]]:
        """As the draft of the IETF's working group names them."""
        return [
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % max(0, self.left)),
            (b"ratelimit-reset", b"%d" % self.reset_s),
        ]


class Rate:
    """A rate such as `1200/minute` for every caller by itself, in windows that begin with a first request.

    The rate is read by the library limits. Its storage in memory is not used: for every ten milliseconds of
    traffic it starts a thread and waits until that runs, which held the event loop up for most of the time.
    """

    def __init__(self, text: str) -> None:
        try:
            item = parse(text)
        except ValueError as error:
            raise InvalidInput(f"{text!r} is no rate such as 1200/minute: see up/.env.example") from error
        self._limit, self._window_s = item.amount, item.get_expiry()
        self._windows: dict[str, tuple[float, int]] = {}  # by caller: when it ends, requests so far

    def count(self, caller: str) -> Count:
        """Count one request of a caller."""
        now = time.monotonic()
        ends, used = self._windows.get(caller, (0.0, 0))
        if ends <= now:
            ends, used = now + self._window_s, 0
            self._make_room(now)
        self._windows[caller] = ends, used + 1
        return Count(self._limit, self._limit - used - 1, math.ceil(ends - now))

    def _make_room(self, now: float) -> None:
        if len(self._windows) >= _MOST_CALLERS:
            self._windows = {caller: each for caller, each in self._windows.items() if each[0] > now}
        if len(self._windows) >= _MOST_CALLERS:
            del self._windows[min(self._windows, key=lambda caller: self._windows[caller][0])]

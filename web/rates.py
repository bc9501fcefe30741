"""How often each caller may ask: a count per key and minute, kept in memory."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

from limits import parse
from limits.storage import MemoryStorage

from market.errors import InvalidInput


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
    """A rate such as `1200/minute` for every caller by itself, in windows that begin with a first request."""

    def __init__(self, text: str) -> None:
        try:
            self._item = parse(text)
        except ValueError as error:
            raise InvalidInput(f"{text!r} is no rate such as 1200/minute: see up/.env.example") from error
        self._window_s = self._item.get_expiry()
        self._storage = MemoryStorage()

    def count(self, caller: str) -> Count:
        """Count one request of a caller."""
        name = self._item.key_for(caller)
        used = self._storage.incr(name, self._window_s)
        left_s = self._storage.get_expiry(name) - time.time()
        return Count(self._item.amount, self._item.amount - used, max(1, math.ceil(left_s)))

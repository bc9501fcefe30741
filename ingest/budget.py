"""The rate budget: how much request weight we may still spend in the exchange's running minute.

The exchange counts weight per IP and minute and says in every answer what it has counted
(`X-MBX-USED-WEIGHT-1M`), so other programs on the same address are counted too. We stay below our share of
its limit; after a 429 or 418 nobody sends anything until `Retry-After` has passed.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

log = logging.getLogger(__name__)

WEIGHT_LIMIT: Final = 6000
_MINUTE: Final = 60.0
# The exchange's clock is read off the `Date` header, which has whole seconds.
_DATE_SLACK: Final = 0.6


class RateBudget:
    """Shared by every request of a process to one exchange. `share` is the fraction of the limit we use."""

    def __init__(
        self, share: float, *, limit: int = WEIGHT_LIMIT, clock: Callable[[], float] = time.time
    ) -> None:
        self.share = share
        self.ceiling = int(limit * share)
        self.spent = 0
        self.requests = 0
        self._clock = clock
        self._offset = 0.0
        self._minute = 0
        self._used = 0
        self._in_flight = 0
        self._stopped_until = 0.0

    @property
    def used(self) -> int:
        """The weight that the exchange has counted in its running minute, as far as it told us."""
        running = int((self._clock() + self._offset) // _MINUTE)
        return self._used if running == self._minute else 0

    @asynccontextmanager
    async def spend(self, weight: int) -> AsyncIterator[None]:
        """Wait until the weight fits, then hold it while the request is under way."""
        while (pause := self.pause(weight)) > 0:
            log.info("rate budget: %d of %d used, waiting %.1f s", self._used, self.ceiling, pause)
            await asyncio.sleep(pause)
        self._in_flight += weight
        try:
            yield
            self.spent += weight
            self.requests += 1
        finally:
            self._in_flight -= weight

    def pause(self, weight: int) -> float:
        """Seconds to wait before a request of this weight may go out; 0 when it may go now."""
        now = self._clock()
        if now < self._stopped_until:
            return self._stopped_until - now
        exchange_now = now + self._offset
        minute = int(exchange_now // _MINUTE)
        if minute != self._minute:
            self._minute, self._used = minute, 0
        if self._used + self._in_flight + weight <= self.ceiling:
            return 0.0
        if self._in_flight and self._used + weight <= self.ceiling:
            return 0.02
        return (minute + 1) * _MINUTE - exchange_now + _DATE_SLACK

    def observe(self, used: int, server_second: float | None = None) -> None:
        """Take over the weight that an answer reports; `server_second` is its `Date` header."""
        if server_second is not None:
            self._offset = server_second + _DATE_SLACK - self._clock()
            if int(server_second // _MINUTE) < self._minute:
                return
        # Answers overtake one another: a slightly smaller number is old, a much smaller one a new minute.
        if used > self._used or used < self._used // 2:
            self._used = used

    def stop(self, seconds: float) -> None:
        """Nobody sends anything for this long (429, 418)."""
        self._stopped_until = max(self._stopped_until, self._clock() + seconds)
        log.warning("the exchange asked everybody to stop for %.0f s", seconds)

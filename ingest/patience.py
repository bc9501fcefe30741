"""Trying again: jittered, capped, logged; a fixed number of times or for ever."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt, stop_never
from tenacity.wait import wait_random_exponential

from market.errors import MarketError, Transient

log = logging.getLogger(__name__)
Result = TypeVar("Result")
# Our own database: nobody is spared by waiting longer, and writing has to go on soon after it is back.
DATABASE_WAIT_S: Final = 1.0


class Patience:
    """Repeats a call while it fails with a `Transient` error. `attempts=None` never gives up.

    The waiting time doubles with each attempt, up to `longest_s`.
    """

    def __init__(self, attempts: int | None, *, longest_s: float = 30.0) -> None:
        self._stop = stop_never if attempts is None else stop_after_attempt(attempts)
        self._back_off = wait_random_exponential(multiplier=0.2, max=longest_s)

    async def call(self, what: str, work: Callable[[], Awaitable[Result]]) -> Result:
        """Run `work` until it succeeds; the last error comes out unchanged when the attempts are used up."""
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Transient),
            wait=self._wait,
            stop=self._stop,
            before_sleep=lambda state: _say(what, state),
            reraise=True,
        )

        async def once() -> Result:  # tenacity awaits only what it can see is a coroutine function
            return await work()

        return await retrying(once)

    def _wait(self, state: RetryCallState) -> float:
        asked = _error(state)
        named = asked.retry_after if isinstance(asked, Transient) else None
        return max(named or 0.0, self._back_off(state))


def _say(what: str, state: RetryCallState) -> None:
    pause = state.next_action.sleep if state.next_action else 0.0
    log.warning(
        "%s failed (attempt %d): %s; trying again in %.1f s", what, state.attempt_number, _error(state), pause
    )


def _error(state: RetryCallState) -> MarketError | None:
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, MarketError) else None

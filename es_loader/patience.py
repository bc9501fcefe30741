"""Waiting for a server that is away: jittered, capped, with a line in the log each time."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from market.errors import Transient

log = logging.getLogger(__name__)
FIRST_S: Final = 0.2
CAP_S: Final = 15.0
T = TypeVar("T")


def delays(first_s: float = FIRST_S, cap_s: float = CAP_S) -> Iterator[float]:
    """Seconds to wait before each next attempt: doubling up to the cap, between half and all of it."""
    ceiling = first_s
    while True:
        yield ceiling * random.uniform(0.5, 1.0)  # noqa: S311  (jitter, no secret)
        ceiling = min(cap_s, ceiling * 2)


def wait(delay_s: float, error: Transient) -> None:
    """Say why, then wait; the other side's own wish goes first."""
    seconds = error.retry_after or delay_s
    log.warning("%s; next attempt in %.1f s", error, seconds)
    time.sleep(seconds)


def persistently(action: Callable[[], T]) -> T:
    """Repeat `action` until it succeeds or fails for good (a `Terminal` passes through)."""
    for delay in delays():
        try:
            return action()
        except Transient as error:
            wait(delay, error)
    raise AssertionError("delays never end")

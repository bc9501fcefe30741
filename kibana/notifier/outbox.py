"""Messages that wait for their senders: nothing is lost while one is down, and nobody is stormed."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from kibana.notifier.targets import Message, Target

log = logging.getLogger(__name__)
_FIRST_PAUSE_S: Final = 5.0
_LONGEST_PAUSE_S: Final = 300.0
KEPT_S: Final = 86_400.0  # older messages tell nobody anything new
MOST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message for one address since `since` (wall time, s)."""

    target: str
    since: float
    message: Message


class Outbox:
    """First in, first out per address; an address that fails is left alone for a while, ever longer."""

    def __init__(self, addresses: Sequence[Target], saved: Sequence[dict[str, Any]] = ()) -> None:
        self._targets = {each.key: each for each in addresses}
        self.waiting = [_read(each) for each in saved if each["target"] in self._targets]
        self._failures: dict[str, int] = {}
        self._not_before: dict[str, float] = {}
        self.failed = 0
        self.sent = 0

    def add(self, message: Message) -> None:
        """Queue it for every address; where there is none, the log has to do."""
        log.warning("%s: %s", message.title, message.body)
        self.waiting += [Waiting(key, time.time(), message) for key in self._targets]
        if len(self.waiting) > MOST:
            log.error("%d notifications are given up: more than %d wait", len(self.waiting) - MOST, MOST)
            del self.waiting[:-MOST]

    def flush(self) -> bool:
        """Send what is due; whether anything left the queue."""
        before = len(self.waiting)
        self.waiting = [each for each in self.waiting if not self._done(each)]
        return len(self.waiting) != before

    def saved(self) -> list[dict[str, Any]]:
        """JSON-able."""
        return [asdict(each) for each in self.waiting]

    def _done(self, each: Waiting) -> bool:
        """Sent, or too old to be sent."""
        target = self._targets[each.target]
        if time.time() - each.since > KEPT_S:
            log.error("%s took no message for a day; given up: %s", target.name, each.message.title)
            return True
        if time.monotonic() < self._not_before.get(each.target, 0.0):
            return False
        if target.send(each.message):
            self._failures[each.target] = 0
            self.sent += 1
            return True
        self._postpone(target)
        return False

    def _postpone(self, target: Target) -> None:
        tries = self._failures[target.key] = self._failures.get(target.key, 0) + 1
        pause = min(_FIRST_PAUSE_S * 2 ** (tries - 1), _LONGEST_PAUSE_S)
        self._not_before[target.key] = time.monotonic() + pause
        self.failed += 1
        log.warning("%s did not take the message (try %d); again in %.0f s", target.name, tries, pause)


def _read(saved: dict[str, Any]) -> Waiting:
    return Waiting(saved["target"], saved["since"], Message(**saved["message"]))

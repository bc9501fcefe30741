"""Pings and the client's pace: the rules of a connection that go by the computer's clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from simulator.connection_rules import ConnectionRules


class Keepalive:
    """`wall` is a clock in seconds that never goes back."""

    def __init__(self, rules: ConnectionRules, wall: Callable[[], float]) -> None:
        self._rules = rules
        self._wall = wall
        self._heard = self._pinged = wall()
        self._payload = b""
        self._messages: deque[float] = deque(maxlen=rules.messages_per_s + 1)

    def ping(self) -> bytes | None:
        """The payload of the ping that is due, if one is."""
        now = self._wall()
        if now - self._pinged < self._rules.ping_s:
            return None
        self._pinged = now
        self._payload = str(int(now * 1000)).encode()
        return self._payload

    def pong(self, payload: bytes) -> None:
        """An answer; one that nobody asked for does not count."""
        if payload == self._payload:
            self._heard = self._wall()

    def unanswered(self) -> bool:
        """Whether the client has not answered for too long."""
        return self._wall() - self._heard > self._rules.pong_within_s

    def too_fast(self) -> bool:
        """Count a message of the client; True if it is one too many for a second."""
        self._messages.append(self._wall())
        full = len(self._messages) > self._rules.messages_per_s
        return full and self._messages[-1] - self._messages[0] < 1

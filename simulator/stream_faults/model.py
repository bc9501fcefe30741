"""A fault of the WebSocket side, as tests and scenario files write it."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final, Literal, Self

from pydantic import Field, model_validator

from simulator.faults.trigger import Trigger
from simulator.markets.randomness import fraction


class StreamFaultKind(StrEnum):
    """What happens; three families: to frames, to connections, to new connections."""

    LATE = "late"  # sent `delay_ms` of market time after it was due
    LOST = "lost"  # never sent
    ALTERED = "altered"  # a kline with another close, volume and count than REST will tell
    DUPLICATE = "duplicate"  # sent twice
    SWAPPED = "swapped"  # sent after the stream's next frame
    BURST = "burst"  # sent `size` times, with event times up to the right one
    MALFORMED = "malformed"  # half of its JSON
    UNDECODABLE = "undecodable"  # a text frame that is not UTF-8
    OVERSIZED = "oversized"  # valid JSON of more than `size` bytes, 1.1 MB unless told
    CLOSE = "close"  # closing handshake with `code`; 1006 is a TCP end without one
    RESET = "reset"  # TCP RST
    HALF_OPEN = "half_open"  # TCP stays, nothing is sent or answered any more
    SILENT = "silent"  # pings are answered, but the matching streams send nothing any more
    SHUTDOWN = "shutdown"  # event serverShutdown, and `delay_ms` of market time later the end
    REFUSED = "refused"  # RST in place of the upgrade
    NO_UPGRADE = "no_upgrade"  # TCP is accepted, the upgrade never answered
    UPGRADE_STATUS = "upgrade_status"  # HTTP `status` in place of the upgrade


K = StreamFaultKind
TO_CONNECTIONS: Final = frozenset({K.CLOSE, K.RESET, K.HALF_OPEN, K.SILENT, K.SHUTDOWN})
TO_UPGRADES: Final = frozenset({K.REFUSED, K.NO_UPGRADE, K.UPGRADE_STATUS})


class StreamFault(Trigger):
    """Hits `count` frames, connections or upgrades, once `after` frames or upgrades went by, in its time.

    `stream` is a pattern of stream names (`btcusdt@*`, `*@kline_1m`), `only` narrows it to closing or running
    klines. `for_ms` is the length of its market time from `from`, or from the moment of arming, on; with it
    or `until` all are hit unless `count` is given. With a `share` below 1, `seed` decides which of those
    that fit are hit. A connection suffers a fault once.
    """

    kind: StreamFaultKind
    for_ms: int = Field(0, ge=0)
    stream: str = "*"
    only: Literal["any", "closing", "running"] = "any"
    share: float = Field(1.0, gt=0, le=1)
    seed: int = Field(0, ge=0)
    delay_ms: int = Field(3_000, ge=0)
    size: int = Field(0, ge=0)
    code: Literal[1000, 1001, 1006, 1008, 1011] = 1006
    status: int = Field(429, ge=400, le=599)
    retry_after: int = Field(1, ge=0)

    @model_validator(mode="after")
    def _once(self) -> Self:
        if self.count is None and self.until is None and not self.for_ms:
            self.count = 1
        return self

    def armed_at(self, now: int) -> StreamFault:
        """With the bounds that it has if it is armed at market time `now`."""
        if not self.for_ms:
            return self.model_copy()
        begin = now if self.since is None else self.since
        return self.model_copy(update={"until": begin + self.for_ms})

    def fits(self, stream: str, payload: dict[str, object]) -> bool:
        """Whether a frame is one of those meant."""
        if not fnmatchcase(stream, self.stream):
            return False
        bar = payload.get("k")
        final = bar.get("x") if isinstance(bar, dict) else None
        return self.only == "any" or final is (self.only == "closing")

    def covers(self, names: list[str]) -> bool:
        """Whether a connection with these streams is one of those meant."""
        return self.stream == "*" or any(fnmatchcase(name, self.stream) for name in names)

    def chosen(self, number: int) -> bool:
        """Whether the `number`th that fits is to be hit."""
        return self.share == 1 or fraction(self.seed, self.kind, self.stream, number) < self.share

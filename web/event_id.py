"""Where a listener stands, as the `id` of an event names it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from market.errors import InvalidInput

_WRITTEN: Final = re.compile(r"(?:([0-9a-z]{1,36})-)?([0-9]{1,19})")
# Ids were numbers alone before they named their log: who comes back with one knows a log that may be gone.
_UNKNOWN: Final = "0"


@dataclass(frozen=True, slots=True)
class EventId:
    """Behind line `seq` of a change log: `0b5c2d1e-4711`, the first part of the log's epoch and a number."""

    log: str
    seq: int

    @classmethod
    def of(cls, epoch: str, seq: int) -> EventId:
        """Of a `ChangeLog`, whose epoch is a UUID; a backup that is put back has another one."""
        return cls(epoch.partition("-")[0], seq)

    @classmethod
    def parse(cls, text: str) -> EventId:
        """The form that `str()` writes, or a number of an unknown log; `InvalidInput` for any other."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise InvalidInput("Last-Event-ID has to be the id of an event of this stream, as 0b5c2d1e-4711")
        return cls(written[1] or _UNKNOWN, int(written[2]))

    def __str__(self) -> str:
        return f"{self.log}-{self.seq}"

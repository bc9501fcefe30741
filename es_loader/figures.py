"""How the loader is doing, in numbers: counted where the work is done, read by whoever tells others."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

_REMEMBERED: Final = 1_000


@dataclass(slots=True)
class LoaderFigures:
    """Counts since the start of the process, and how it stands now.

    `requests` are bulk requests, `errors` those that failed and documents that have to be sent again.
    `queue_depth` counts the documents that wait for an acknowledgement, `lag_lines` the lines of the change
    log that are not applied yet; the oldest of them was written `lag_ms` ago. `dead_letters` wait in the file
    of refused documents.
    `cursor` is the last line that is known to be applied, `latencies_ms` are of the newest bulk requests.
    """

    documents: int = 0
    requests: int = 0
    errors: int = 0
    queue_depth: int = 0
    lag_lines: int = 0
    lag_ms: int = 0
    dead_letters: int = 0
    cursor: int | None = None
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

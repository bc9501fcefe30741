"""Documents that Elasticsearch refuses for good: kept on disk until somebody mends and replays them.

One JSON object a line:
`{"at": "2026-11-21T14:00:00+00:00", "stream": "klines", "partition": "1h-2024", "id": "…",
"status": 400, "type": "strict_dynamic_mapping_exception", "reason": "…", "document": {…}}`
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from market.errors import InvalidInput, SinkRefused

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A refused document and why; `at` is the wall clock's ISO time."""

    at: str
    stream: str
    partition: str
    id: str
    status: int
    type: str
    reason: str
    document: dict[str, Any]


class DeadLetters:
    """The file; several processes may append and replay at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, letters: list[DeadLetter]) -> None:
        """Write and sync; only afterwards may the cursor move on. `SinkRefused` when the disk refuses."""
        try:
            with self._locked():
                self._write(self.path, letters, "ab")
        except OSError as error:
            raise SinkRefused(
                f"no dead letter can be written to {self.path} ({error}); free the disk or set OPA_STATE_DIR"
            ) from error
        for each in letters[:3]:
            log.error("refused for good: %s %s (%s)", each.stream, each.id, each.reason)
        log.error("%d documents in %s; mend, then `es_loader replay-dead-letters`", len(letters), self.path)

    def read(self) -> list[DeadLetter]:
        """Every letter; `InvalidInput` names a line that is none."""
        if not self.path.exists():
            return []
        return [
            self._parse(line, number) for number, line in enumerate(self.path.read_bytes().splitlines(), 1)
        ]

    @contextmanager
    def taken(self) -> Iterator[list[DeadLetter]]:
        """All letters; those left in the list afterwards are what the file then holds."""
        with self._locked():
            letters = self.read()
            yield letters
            fresh = self.path.with_suffix(".new")
            self._write(fresh, letters, "wb")
            fresh.replace(self.path)

    def _parse(self, line: bytes, number: int) -> DeadLetter:
        try:
            return DeadLetter(**orjson.loads(line))
        except (orjson.JSONDecodeError, TypeError) as error:
            raise InvalidInput(f"{self.path} line {number} is no dead letter: {error}") from error

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _write(path: Path, letters: Sequence[DeadLetter], mode: str) -> None:
        with path.open(mode) as file:
            file.write(b"".join(orjson.dumps(asdict(each)) + b"\n" for each in letters))
            file.flush()
            os.fsync(file.fileno())

"""Documents that Elasticsearch refuses for good: kept on disk until somebody mends and replays them.

One JSON object a line:
`{"at": "2026-11-21T14:00:00+00:00", "stream": "klines", "partition": "1h-2024", "id": "…",
"status": 400, "type": "strict_dynamic_mapping_exception", "reason": "…", "document": {…}}`
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from market.errors import InvalidInput, SinkRefused, SinkUnavailable

log = logging.getLogger(__name__)
MOST_BYTES: Final = 256_000_000


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
    """The file; several processes may append and replay at once. Of one document the newest letter counts."""

    def __init__(self, path: Path, most_bytes: float = MOST_BYTES) -> None:
        self.path = path
        self._most_bytes = most_bytes
        self._counted: tuple[tuple[int, int], int] = ((0, 0), 0)

    def append(self, letters: list[DeadLetter]) -> None:
        """Write and sync; only afterwards may the cursor move on.

        `SinkRefused` when the disk refuses. `SinkUnavailable` when the file is full: nothing is dropped, the
        loader waits and goes on when somebody has mended and replayed the letters.
        """
        try:
            with self._locked():
                self._add(letters)
        except OSError as error:
            raise SinkRefused(
                f"no dead letter can be written to {self.path} ({error}); free the disk or set OPA_STATE_DIR"
            ) from error
        for each in letters[:3]:
            log.error("refused for good: %s %s (%s)", each.stream, each.id, each.reason)
        log.error("%d documents in %s; mend, then `es_loader replay-dead-letters`", len(letters), self.path)

    def read(self) -> list[DeadLetter]:
        """The newest letter of every document; `InvalidInput` names a line that is none."""
        if not self.path.exists():
            return []
        lines = enumerate(self.path.read_bytes().splitlines(), 1)
        return _newest(self._parse(line, number) for number, line in lines)

    def count(self) -> int:
        """How many letters wait; the file is read only when it has changed."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return 0
        version = (stat.st_mtime_ns, stat.st_size)
        if version != self._counted[0]:
            self._counted = (version, len(self.read()))
        return self._counted[1]

    @contextmanager
    def taken(self) -> Iterator[list[DeadLetter]]:
        """All letters; those left in the list afterwards are what the file then holds."""
        with self._locked():
            letters = self.read()
            yield letters
            self._replace(letters)

    def _add(self, letters: list[DeadLetter]) -> None:
        size = self._whole()
        if size + len(_encoded(letters)) <= self._most_bytes:
            self._write(self.path, letters, "ab")
            return
        merged = _newest([*self.read(), *letters])
        if len(_encoded(merged)) > self._most_bytes:
            raise SinkUnavailable(
                f"{self.path} is full ({self._most_bytes / 1_000_000:g} MB of refused documents), so the"
                " loader stands still: mend them, run `python -m es_loader replay-dead-letters`, or raise"
                " OPA_DEAD_LETTER_MB"
            )
        self._replace(merged)

    def _whole(self) -> int:
        """Bytes of the file, without half a line that a kill or a full disk left: nobody relied on it."""
        if not self.path.exists():
            return 0
        with self.path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 1, 0))
            if file.read() not in (b"", b"\n"):
                size = file.truncate(self.path.read_bytes().rfind(b"\n") + 1)
        return size

    def _replace(self, letters: Sequence[DeadLetter]) -> None:
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
            file.write(_encoded(letters))
            file.flush()
            os.fsync(file.fileno())


def _encoded(letters: Sequence[DeadLetter]) -> bytes:
    return b"".join(orjson.dumps(asdict(each)) + b"\n" for each in letters)


def _newest(letters: Iterable[DeadLetter]) -> list[DeadLetter]:
    """One letter per document: what was refused again after a kill is no second loss."""
    return list({(each.stream, each.partition, each.id): each for each in letters}.values())

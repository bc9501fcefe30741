"""What the services log while they are asked, as it would stand in their log files."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from market.logs import EcsFormatter
from market.redaction import Redaction
from tests.apis.payloads import FORGED


@dataclass
class LogLines:
    """Everything that was logged."""

    written: io.StringIO = field(default_factory=io.StringIO)
    records: int = 0

    @property
    def count(self) -> int:
        """Lines by now."""
        return len(self._lines)

    @property
    def _lines(self) -> list[str]:
        # Also what some viewers take for the end of a line.
        return self.written.getvalue().splitlines()

    def faults(self) -> list[str]:
        """Lines that are none of ours, or more lines than records."""
        found = [
            f"a line of the log is no record: {line[:200]!r}" for line in self._lines if not _is_ours(line)
        ]
        if self.count != self.records:
            found.append(f"{self.records} records became {self.count} lines")
        return found


def _is_ours(line: str) -> bool:
    try:
        told = json.loads(line)
    except ValueError:
        return False
    return isinstance(told, dict) and told.get("message") != FORGED and line.isprintable()


@contextmanager
def logged() -> Iterator[LogLines]:
    """Collect what all loggers say, in the form of the log files, instead of showing it."""
    lines = LogLines()
    handler = _Counting(lines)
    root = logging.getLogger()
    kept, root.handlers = (root.handlers, root.level), [handler]
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        root.handlers, root.level = kept


class _Counting(logging.StreamHandler[io.StringIO]):
    def __init__(self, lines: LogLines) -> None:
        super().__init__(lines.written)
        self._lines = lines
        self.setFormatter(EcsFormatter("api", Redaction(()), lambda: None))

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.records += 1
        super().emit(record)

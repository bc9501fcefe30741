"""What can be wrong with a file of the archive, on demand."""

from __future__ import annotations

from enum import StrEnum
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field


class ArchiveFaultKind(StrEnum):
    """How a file differs from what the exchange should have put there."""

    MISSING = "missing"  # 404
    CHECKSUM = "checksum"  # the .CHECKSUM belongs to other bytes
    TRUNCATED = "truncated"  # the zip ends half way; its checksum is that of the half
    HEADER = "header"  # the first line names the columns
    MICROSECONDS = "microseconds"  # whatever the year
    BOM = "bom"
    CRLF = "crlf"
    REVISED = "revised"  # other amounts in row `row`, and so another checksum
    LINE = "line"  # `line` stands in place of row `row`, or before it with `insert`
    DROPPED = "dropped"  # `rows` rows from `row` on are missing


class ArchiveFault(BaseModel):
    """Spoils every file whose path fits `file` (`*/monthly/*`), from market time `since` on.

    With `count`, only so many downloads of a zip are spoilt; rows count from 0.
    """

    model_config = ConfigDict(extra="forbid")
    kind: ArchiveFaultKind
    file: str = "*"
    since: int = 0
    count: int | None = Field(None, ge=1)
    row: int = Field(0, ge=0)
    rows: int = Field(1, ge=1)
    line: str = ""
    insert: bool = False


class ArchiveFaults:
    """The faults that are armed; all that fit a file apply to it, in their order."""

    def __init__(self) -> None:
        self._armed: list[ArchiveFault] = []

    def add(self, fault: ArchiveFault) -> None:
        """Arm a fault."""
        self._armed.append(fault.model_copy())

    def clear(self) -> None:
        """Disarm all."""
        self._armed.clear()

    def of(self, path: str, now: int) -> tuple[ArchiveFault, ...]:
        """Faults of a file at this market time."""
        return tuple(each for each in self._armed if now >= each.since and fnmatchcase(path, each.file))

    def downloaded(self, path: str, now: int) -> None:
        """Count a download of the zip; a fault that has done its number of them is disarmed."""
        for fault in self.of(path, now):
            if fault.count is not None:
                fault.count -= 1
        self._armed = [each for each in self._armed if each.count != 0]

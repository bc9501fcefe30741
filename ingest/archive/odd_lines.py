"""Which lines are no rows, and why: for the rare file in which not every line is one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from market.kline import KLINE_SCHEMA, PRICE, PRICE_FIELDS, VOLUME

FIELDS: Final = len(KLINE_SCHEMA) + 1  # the twelfth is unused
_WHOLE: Final = ("open_time", "close_time", "trades")
_NUMBER: Final = re.compile(rb"(\d+)(?:\.(\d+))?")
_WORDS: Final = re.compile(rb"[A-Za-z_ ]+(?:,[A-Za-z_ ]+){11}")
_LONGEST_WHOLE: Final = 18  # digits of a 64-bit integer
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Rejected:
    """A line (counted from 1, 0 for the file as a whole) that was not stored."""

    line: int
    raw: str
    reason: str


def is_header(line: bytes) -> bool:
    """`open_time,open,high,...`: twelve words without a digit."""
    return _WORDS.fullmatch(line.strip()) is not None


def sift(lines: list[bytes], first: int) -> tuple[list[bytes], list[int], list[Rejected]]:
    """The lines that read as rows, their numbers, and the others; `first` is the number of the first."""
    good: list[bytes] = []
    numbers: list[int] = []
    rejected: list[Rejected] = []
    for number, line in enumerate(lines, first):
        reason = unreadable(line)
        if reason:
            rejected.append(Rejected(number, line.decode("utf-8", "replace"), reason))
        else:
            good.append(line)
            numbers.append(number)
    return good, numbers, rejected


def unreadable(line: bytes) -> str:
    """Why a line is no row; empty when it is one."""
    if not line.strip():
        return "a blank line"
    if is_header(line):
        return "a header between the rows"
    if b'"' in line or b"'" in line:
        return "quoted fields"
    fields = line.split(b",")
    if len(fields) != FIELDS:
        return f"{len(fields)} fields instead of {FIELDS}"
    names = (*KLINE_SCHEMA.names, "the unused field")
    problems = (_no_number(name, field) for name, field in zip(names, fields, strict=True))
    return next((problem for problem in problems if problem), "")


def _no_number(name: str, field: bytes) -> str:
    shown = field[:_SHOWN].decode("utf-8", "replace")
    if not field:
        return f"{name} is empty"
    parts = _NUMBER.fullmatch(field)
    if parts is None:
        return f"{name} {shown!r} is no plain number"
    whole, decimals = parts[1].lstrip(b"0"), (parts[2] or b"").rstrip(b"0")
    if name in _WHOLE:
        if parts[2] is not None:
            return f"{name} {shown!r} is no whole number"
        return f"{name} {shown!r} is too large" if len(whole) > _LONGEST_WHOLE else ""
    kind = PRICE if name in PRICE_FIELDS else VOLUME
    if len(decimals) > kind.scale:
        return f"{name} {shown!r} has more than {kind.scale} decimals"
    return f"{name} {shown!r} is too large" if len(whole) > kind.precision - kind.scale else ""

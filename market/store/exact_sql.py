"""Text that a caller gives, byte by byte: the server's `=` sees no trailing blanks, and often no case."""

from __future__ import annotations


def exactly(column: str) -> str:
    """A column of text to be compared with `=` or `IN`; of small tables, or where an index is read anyway."""
    return f"CAST({column} AS BINARY)"


def as_id(text: str) -> str:
    """What a column of ids can be compared with; "", which is no id, for what none can be.

    They are ASCII, which the server refuses to compare with anything else, and hold no blanks.
    """
    return text if text.isascii() and not text.endswith(" ") else ""

"""Times in requests."""

from __future__ import annotations

from datetime import UTC, datetime

from market.errors import InvalidInput


def parse_time(text: str) -> int:
    """Milliseconds UTC from milliseconds as text, or from ISO 8601 (without an offset: UTC)."""
    if text.isdigit():
        return int(text)
    try:
        read = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(
            f"{text!r} is no time: write ms UTC or ISO 8601, as 2026-01-01T00:00:00Z"
        ) from error
    return round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)

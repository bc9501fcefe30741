"""Numbers as the page writes them, to hold what is read on it against the answers of the APIs."""

from __future__ import annotations

import re
from datetime import UTC, datetime


def share(fraction: float, digits: int = 1) -> str:
    return f"{fraction * 100:.{digits}f}\u00a0%"


def percent(fraction: float, digits: int = 2) -> str:
    text = f"{abs(fraction * 100):.{digits}f}"
    sign = "" if float(text) == 0 else "+" if fraction > 0 else "−"
    return f"{sign}{text}\u00a0%"


def count(number: float) -> str:
    return f"{round(number):,}".replace(",", "\u202f")


def amount(text: str, digits: int = 2) -> str:
    return f"{float(text):,.{digits}f}".replace(",", "\u202f").replace("-", "−")


def ratio(number: float, digits: int = 2) -> str:
    return f"{number:.{digits}f}".replace("-", "−")


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


def tied(sentence: str) -> str:
    """With its numbers tied to their units."""
    return re.sub(r"(?<=\d) ?(?=%)|(?<=\d) (?=(?:bp|s|min|h|days|UTC)\b)", "\u00a0", sentence)

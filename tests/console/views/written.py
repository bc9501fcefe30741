"""Numbers as the page writes them, to hold what is read on it against the answers of the APIs."""

from __future__ import annotations

from datetime import UTC, datetime


def share(fraction: float, digits: int = 1) -> str:
    return f"{fraction * 100:.{digits}f} %"


def percent(fraction: float, digits: int = 2) -> str:
    text = f"{abs(fraction * 100):.{digits}f}"
    sign = "" if float(text) == 0 else "+" if fraction > 0 else "−"
    return f"{sign}{text} %"


def count(number: float) -> str:
    return f"{round(number):,}".replace(",", "\u2009")


def amount(text: str, digits: int = 2) -> str:
    return f"{float(text):,.{digits}f}".replace(",", "\u2009").replace("-", "−")


def ratio(number: float, digits: int = 2) -> str:
    return f"{number:.{digits}f}".replace("-", "−")


def moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")

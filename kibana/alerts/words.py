"""Numbers in words."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """`45 s`, `6 min`, `2 h 5 min`, `3 d 4 h`."""
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{rest} s"

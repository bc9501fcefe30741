"""The time that nineteen of twenty answers kept."""

from __future__ import annotations

import math
from collections.abc import Iterable


def percentile_95(times_ms: Iterable[float]) -> float | None:
    """Nearest rank: the smallest time that 95 % of all times do not exceed; None without any."""
    ordered = sorted(times_ms)
    return round(ordered[math.ceil(0.95 * len(ordered)) - 1], 3) if ordered else None

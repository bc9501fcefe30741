"""When two numbers are the same: what a batch and a single row, or then and now, may differ by."""

from __future__ import annotations

import math
from typing import Final

# Scores are rounded to nine digits; the last of them may fall either way.
_SCORE: Final = 1.001e-9
# Features are shares or multiples of a volatility; near zero their own size says nothing.
_FEATURE: Final = 1e-6
_SMALLEST: Final = 1e-7


def same_score(a: float, b: float) -> bool:
    """Whether two scores agree to nine digits; two that are undefined do."""
    return _close(a, b, 0, _SCORE)


def same_feature(a: float, b: float) -> bool:
    """Whether two values of a feature agree to a millionth; two that are undefined do."""
    return _close(a, b, _FEATURE, _SMALLEST)


def _close(a: float, b: float, relative: float, absolute: float) -> bool:
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)

"""What many decisions have in common: how many of each kind, and how their figures are spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa

from market.errors import InvalidInput
from market.outcome import Floats
from market.ports import DecisionFilter, DecisionStore
from model_service.listing.simulated import of_all

MOST_DESCRIBED: Final = 2_000_000
_KINDS: Final = ("actions", "statuses", "reasons")
# What a caller calls them: the net return is that of the outcome.
_NUMBERS: Final = {"expected_gain": "expected_gain", "probability": "probability", "net_return": "net"}


def described(store: DecisionStore, wanted: DecisionFilter) -> dict[str, Any]:
    """Counts, shares and spreads; `InvalidInput` for more than `MOST_DESCRIBED` decisions."""
    found = store.measured(replace(wanted, limit=MOST_DESCRIBED + 1))
    if found.numbers.num_rows > MOST_DESCRIBED:
        raise InvalidInput(
            f"more than {MOST_DESCRIBED:,} decisions: choose a shorter period, a series or a role"
        )
    return {
        "count": found.numbers.num_rows,
        "simulated": of_all(store, wanted),
        **{name: _shares(found.kinds, at) for at, name in enumerate(_KINDS)},
        **{name: _spread(found.numbers[column]) for name, column in _NUMBERS.items()},
    }


def _shares(kinds: Mapping[tuple[str, str, str], int], at: int) -> dict[str, dict[str, float]]:
    counts: Counter[str] = Counter()
    for kind, count in kinds.items():
        counts[kind[at]] += count
    return {name: {"count": count, "share": count / counts.total()} for name, count in sorted(counts.items())}


def _spread(column: pa.ChunkedArray) -> dict[str, float | None]:
    values: Floats = column.drop_null().to_numpy()
    if not len(values):
        return dict.fromkeys(("mean", "std", "min", "q25", "median", "q75", "max")) | {"count": 0}
    low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
    return {
        "count": len(values),
        "mean": float(values.mean()),
        "std": float(values.std(ddof=1)) if len(values) > 1 else None,
        "min": float(values.min()),
        "q25": float(low),
        "median": float(middle),
        "q75": float(high),
        "max": float(values.max()),
    }

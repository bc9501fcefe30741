"""Exact order statistics of more numbers than fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np

# So many numbers are sorted in memory: 4 MB.
_SORTED_AT_ONCE: Final = 500_000
_BINS: Final = 4_096

Pieces = Callable[[], Iterator[np.ndarray]]


def at_ranks(pieces: Pieces, ranks: list[int]) -> dict[int, float]:
    """The numbers at `ranks` (0 is the smallest) of all that `pieces` gives, every time it is called.

    Narrows down to the bin of a histogram that holds the rank until its numbers fit into memory.
    """
    return {rank: _at_rank(pieces, rank) for rank in sorted(set(ranks))}


def _at_rank(pieces: Pieces, rank: int) -> float:
    low, high = -np.inf, np.inf
    while True:
        low, high, count = _extent(pieces, low, high)
        if low == high:
            return low
        if count <= _SORTED_AT_ONCE:
            inside = np.concatenate([each[(each >= low) & (each <= high)] for each in pieces()])
            return float(np.partition(inside, rank)[rank])
        edges = np.linspace(low, high, _BINS + 1)
        counts = sum(np.histogram(each, edges)[0] for each in pieces())
        upto = np.cumsum(counts)
        at = int(np.searchsorted(upto, rank, side="right"))
        rank -= int(upto[at - 1]) if at else 0
        # All bins but the last leave their upper edge to the next one.
        low, high = edges[at], edges[at + 1] if at == _BINS - 1 else np.nextafter(edges[at + 1], -np.inf)


def _extent(pieces: Pieces, low: float, high: float) -> tuple[float, float, int]:
    """Smallest and largest number in `[low, high]`, and how many there are."""
    smallest, largest, count = np.inf, -np.inf, 0
    for each in pieces():
        inside = each[(each >= low) & (each <= high)]
        if inside.size:
            smallest, largest = min(smallest, inside.min()), max(largest, inside.max())
            count += inside.size
    return float(smallest), float(largest), count

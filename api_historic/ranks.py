"""Exact order statistics of more numbers than fit into memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

import numpy as np

# So many numbers are sorted in memory: 4 MB.
_SORTED_AT_ONCE: Final = 500_000
_BINS: Final = 16_384

Pieces = Callable[[], Iterator[np.ndarray]]


@dataclass(frozen=True, slots=True)
class _Part:
    """The numbers from `low` to `high`, how many there are, and how many are smaller than all of them."""

    low: float
    high: float
    count: int
    below: int


def at_ranks(pieces: Pieces, ranks: Iterable[int]) -> dict[int, float]:
    """The numbers at `ranks` (0 is the smallest) of all that `pieces` gives, every time it is called.

    Narrows down to the bins of a histogram that hold the ranks until their numbers fit into memory.
    """
    count = sum(each.size for each in pieces())
    return _found(pieces, _Part(-np.inf, np.inf, count, 0), sorted(set(ranks)))


def _found(pieces: Pieces, part: _Part, ranks: list[int]) -> dict[int, float]:
    if part.count <= _SORTED_AT_ONCE:
        inside = np.concatenate([_inside(each, part) for each in pieces()])
        places = [rank - part.below for rank in ranks]
        inside.partition(places)
        return dict(zip(ranks, inside[places].tolist(), strict=True))
    low, high = _extent(pieces, part)
    if low == high:
        return dict.fromkeys(ranks, low)
    edges, counts = _histogram(pieces, low, high)
    upto = part.below + np.cumsum(counts)
    found: dict[int, float] = {}
    for at, group in groupby(ranks, lambda rank: int(np.searchsorted(upto, rank, side="right"))):
        # All bins but the last leave their upper edge to the next one.
        top = edges[at + 1] if at == len(counts) - 1 else np.nextafter(edges[at + 1], -np.inf)
        smaller = _Part(float(edges[at]), float(top), int(counts[at]), int(upto[at] - counts[at]))
        found |= _found(pieces, smaller, list(group))
    return found


def _histogram(pieces: Pieces, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Edges and how many numbers lie between them."""
    edges = np.linspace(low, high, _BINS + 1)
    if np.all(edges[1:] > edges[:-1]):
        bins: tuple[Any, ...] = (_BINS, (low, high))
    else:  # there are fewer floats than bins between the two: each edge begins a bin of its own
        edges = np.append(np.unique(edges), np.nextafter(high, np.inf))
        bins = (edges,)
    counts = np.zeros(len(edges) - 1, np.int64)
    for each in pieces():
        counts += np.histogram(each, *bins)[0]
    return edges, counts


def _inside(values: np.ndarray, part: _Part) -> np.ndarray:
    return values[(values >= part.low) & (values <= part.high)]


def _extent(pieces: Pieces, part: _Part) -> tuple[float, float]:
    ends = [(inside.min(), inside.max()) for each in pieces() if (inside := _inside(each, part)).size]
    return float(min(low for low, _ in ends)), float(max(high for _, high in ends))

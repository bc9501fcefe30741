"""Random numbers that depend on nothing but what they are for."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, symbol: str, purpose: str, chunk: int) -> np.random.Generator:
    """The same four arguments give the same numbers, on every run and in any order of asking."""
    return np.random.default_rng([seed, zlib.crc32(symbol.encode()), zlib.crc32(purpose.encode()), chunk])


def fraction(*parts: object) -> float:
    """One number in [0, 1) that the parts decide."""
    return zlib.crc32("|".join(map(str, parts)).encode()) / 2**32

"""What a model says about candles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

import numpy as np

from market.outcome import Floats

# Scores are rounded before anything is compared with a threshold, so that a batch over the whole history
# and a single live row decide alike.
DIGITS: Final = 9


class Score(NamedTuple):
    """One candle: chance of a rise over the horizon, gross gain with its 80 % interval (fractions)."""

    probability: float
    expected_gain: float
    gain_low: float
    gain_high: float

    @property
    def rounded(self) -> Score:
        """As it is compared with thresholds (`DIGITS`)."""
        return Score(*(round(value, DIGITS) for value in self))


@dataclass(frozen=True, slots=True)
class Scores:
    """Vectors over candles; `contributions` is (candles, features) in log-odds.

    `base + contributions.sum(axis=1)` is the log-odds of `probability`. All are NaN where a feature is.
    """

    probability: Floats
    expected_gain: Floats
    gain_low: Floats
    gain_high: Floats
    contributions: Floats
    base: Floats

    def __len__(self) -> int:
        return len(self.probability)

    def at(self, row: int) -> Score:
        """One candle's score."""
        vectors = (self.probability, self.expected_gain, self.gain_low, self.gain_high)
        return Score(*(float(vector[row]) for vector in vectors))

    def part(self, rows: slice) -> Scores:
        """The scores of some of the candles."""
        return Scores(*(getattr(self, each.name)[rows] for each in fields(self)))

    @property
    def known(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Where the model could say something."""
        return np.isfinite(self.probability)


def joined(parts: Sequence[Scores]) -> Scores:
    """Scores of consecutive blocks, one after the other."""
    return Scores(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Scores)))

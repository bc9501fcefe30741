"""What every kind of model can do once it is fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol

from market.features import FEATURES
from market.outcome import Floats


class Raw(NamedTuple):
    """Before calibration: log-odds of a rise, and gain with quantiles .1 and .9 in volatilities."""

    log_odds: Floats
    gain: Floats
    low: Floats
    high: Floats


Parameters = Mapping[str, float]
NO_CHANGE: Final[Parameters] = MappingProxyType({})


class Fitted(Protocol):
    """A fitted model over the feature matrix (candles, features); NaN where an optional group is absent."""

    def raw(self, matrix: Floats) -> Raw:
        """Scores before calibration."""
        ...

    def log_odds(self, matrix: Floats) -> Floats:
        """The log-odds of `raw` alone."""
        ...

    def gain(self, matrix: Floats) -> Floats:
        """The gain of `raw` alone."""
        ...

    def contributions(self, matrix: Floats) -> tuple[Floats, Floats]:
        """Per feature (candles, features) and base (candles); together they add up to the log-odds."""
        ...

    def save(self, folder: Path) -> list[str]:
        """Write text or JSON files into the folder; returns their names."""
        ...


class Kind(Protocol):
    """A kind of model: how to fit one and how to read one back."""

    @property
    def GRID(self) -> Mapping[str, Parameters]:
        """By name, every set of parameters that may ever be tried beside the fixed one."""
        ...

    def fit(
        self,
        matrix: Floats,
        scaled: Floats,
        up: Floats,
        seed: int,
        names: Sequence[str] = FEATURES,
        parameters: Parameters = NO_CHANGE,
    ) -> Fitted:
        """Fit on (candles, features), gain in volatilities and 1.0 where it was above zero.

        `names` are those of the features; `parameters` replace the fixed ones.
        """
        ...

    def load(self, folder: Path) -> Fitted:
        """Read what `save` wrote; the caller has verified the files."""
        ...

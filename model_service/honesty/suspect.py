"""What a score is made of, each part exchangeable: what the leak suite examines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from market.features import WARMUP, features
from market.labels import labels
from market.outcome import Costs, Floats
from model_service.backtest import Equity, Wanted, equity
from model_service.matrix import History, history
from model_service.spec import Spec, plan

Rows = npt.NDArray[np.int64]
# Bars that the checks of single rows work on: a warm-up and enough behind it to cut at.
TAIL: Final = WARMUP + 800


def product_label(klines: pd.DataFrame, spec: Spec) -> Floats:
    """The gross return that the models learn, per bar; NaN where there is none."""
    times, opens = (klines[name].to_numpy() for name in ("open_time", "open"))
    return labels(times, opens, spec.interval, spec.horizon, np.ones(len(times))).gain


def product_split(known: History, spec: Spec) -> Iterator[tuple[Rows, Rows]]:
    """Training and test rows of every block of the walk-forward."""
    for start, end in plan(len(known.open_times), spec.interval).blocks():
        yield known.training(start), np.arange(start, end)


@dataclass(frozen=True)
class Suspect:
    """A series with the way it is turned into a score; the defaults are the product's own.

    `klines` as of `KlineStore.read_floats`, in pandas. `wanted` is where the decisions on the last
    `len(wanted)` bars were to be long (None: not known, the check of delays is left out); of those, the
    newest `untouched` are closed to every judgement.
    """

    klines: pd.DataFrame
    spec: Spec
    features: Callable[[pd.DataFrame], pd.DataFrame] = features
    label: Callable[[pd.DataFrame, Spec], Floats] = product_label
    split: Callable[[History, Spec], Iterator[tuple[Rows, Rows]]] = product_split
    fill: Callable[[Floats, Floats, Wanted, Costs], Equity] = equity
    wanted: Wanted | None = None
    untouched: int = 0

    @property
    def tail(self) -> pd.DataFrame:
        """The newest bars, for checks that compute features again and again."""
        return self.klines.iloc[-TAIL:].reset_index(drop=True)

    def known(self) -> History:
        """Labels and candle features of all bars, as training sees them; optional groups are left out."""
        return history(self.klines, replace(self.spec, groups=()))

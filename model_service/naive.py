"""The same candles scored in the two ways that make scores look good, beside an honest one.

None of this decides anything: it shows on a card what a score is worth that was made like that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import lightgbm
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from market.features import WARMUP
from market.outcome import Floats
from model_service.evaluate import auc
from model_service.matrix import History, history
from model_service.spec import Spec

Rows = npt.NDArray[np.int64]
_NEWEST: Final = 6_000
_FOLDS: Final = 3
_TREES: Final = 60
_FEWEST: Final = 1_000
# What a tutorial uses: the library's own settings, free to remember single candles.
_SETTINGS: Final[dict[str, Any]] = {
    "objective": "binary", "num_leaves": 31, "min_data_in_leaf": 20, "deterministic": True,
    "force_row_wise": True, "num_threads": 1, "verbosity": -1, "seed": 7,
}  # fmt: skip


def naive(klines: pa.Table | pd.DataFrame, spec: Spec) -> dict[str, Any]:
    """Accuracy and AUC of one small model on the newest 6,000 candles, told in three ways.

    `shuffled`: the candles are dealt into folds at random, so that neighbours whose labels overlap lie on
    both sides. `same_bar`: the label is the direction of the features' own candle. `honest`: the product's
    label on the second and the last third, each learnt from purged candles before it.
    Below 1,000 complete candles only their number is given.
    """
    newest = klines[-_NEWEST - WARMUP :] if isinstance(klines, pd.DataFrame) else _tail(klines)
    known = history(newest, spec)
    rows = np.flatnonzero(known.labels.known & np.isfinite(known.matrix).all(axis=1))
    if len(rows) < _FEWEST:
        return {"candles": len(rows)}
    ahead, same_bar = known.labels.up, (known.closes > known.opens).astype(np.float64)
    later = _later(known, rows)
    return {
        "candles": len(rows),
        "from": int(known.open_times[rows[0]]),
        "to": int(known.open_times[rows[-1]]),
        "shuffled": _scored(known.matrix, ahead, _shuffled(rows)),
        "same_bar": _scored(known.matrix, same_bar, later),
        "honest": _scored(known.matrix, ahead, later),
    }


def _tail(klines: pa.Table) -> pa.Table:
    return klines.slice(max(0, klines.num_rows - _NEWEST - WARMUP))


def _shuffled(rows: Rows) -> list[tuple[Rows, Rows]]:
    dealt = np.array_split(np.random.default_rng(7).permutation(rows), _FOLDS)
    return [(np.setdiff1d(rows, part), part) for part in dealt]


def _later(known: History, rows: Rows) -> list[tuple[Rows, Rows]]:
    ends = known.labels.last_bar[rows]
    parts = np.array_split(rows, _FOLDS)[1:]
    return [(rows[ends < known.open_times[part[0]]], part) for part in parts]


def _scored(matrix: Floats, up: Floats, folds: Sequence[tuple[Rows, Rows]]) -> dict[str, float]:
    told, truth = [], []
    for train, test in folds:
        data = lightgbm.Dataset(matrix[train], up[train], params=_SETTINGS)
        model = lightgbm.train(_SETTINGS, data, num_boost_round=_TREES)
        told.append(np.asarray(model.predict(matrix[test], num_threads=1)))
        truth.append(up[test])
    p, happened = np.concatenate(told), np.concatenate(truth)
    return {
        "n": len(p),
        "accuracy": float(np.mean((p > 0.5) == (happened > 0.5))),
        "auc": auc(p, happened),
    }

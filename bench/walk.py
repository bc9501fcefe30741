"""A full walk-forward against the bare LightGBM fits that it contains, on the same rows in the same run.

    OMP_NUM_THREADS=1 python -m bench.walk [BARS]

Every refit is done twice, one after the other: bare (`lightgbm.Dataset`, `lightgbm.train`, nothing else), and
as the walk-forward does it. CPU seconds of the process are compared, so that other programs on the machine
disturb little. 45,000 hourly candles are 50 judged refits and two seed months before them.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import os  # isort: skip
import platform
import sys
import time
from unittest.mock import patch

import lightgbm

from bench.train import made_up
from market.interval import Interval
from market.outcome import Floats
from model_service.models import gradient_boosting
from model_service.spec import Spec
from model_service.walkforward import walk_forward

BARS = 45_000
ROUNDS = 150
COMMON = {
    "num_leaves": 8, "learning_rate": 0.03, "min_data_in_leaf": 200, "lambda_l2": 10.0, "seed": 7,
    "deterministic": True, "force_row_wise": True, "num_threads": 1, "verbosity": -1,
}  # fmt: skip
PARTS = [
    {"objective": "binary"},
    {"objective": "regression"},
    {"objective": "quantile", "alpha": 0.1},
    {"objective": "quantile", "alpha": 0.9},
]


def bare(matrix: Floats, scaled: Floats, up: Floats) -> float:
    """CPU seconds of the four boosters of a refit."""
    began = time.process_time()
    rows = lightgbm.Dataset(matrix, up, params=COMMON, free_raw_data=False)
    for part in PARTS:
        rows.set_label(up if part["objective"] == "binary" else scaled)
        lightgbm.train({**COMMON, **part}, rows, num_boost_round=ROUNDS)
    return time.process_time() - began


def main(bars: int = BARS) -> None:
    """Run and print the ratio."""
    klines, fit, fits = made_up(Interval("1h"), bars, 4), gradient_boosting.fit, []

    def both(matrix: Floats, scaled: Floats, up: Floats, *rest: object) -> object:
        fits.append(bare(matrix, scaled, up))
        return fit(matrix, scaled, up, *rest)

    began = time.process_time()
    with patch.object(gradient_boosting, "fit", both):
        walk = walk_forward(klines, Spec(Interval("1h")))
    whole = time.process_time() - began - sum(fits)
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{bars} candles, {len(fits)} refits, {len(walk.rulings)} decisions")
    print(f"bare fits {sum(fits):.1f} s, walk-forward {whole:.1f} s, ratio {whole / sum(fits):.2f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

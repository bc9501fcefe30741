"""Walk-forward and training of the default demo: six series, champion and challenger, two processes.

    python -m bench.train

Prints seconds, rows and the peak memory of each worker. Markets are made up; only their size matters.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import os  # isort: skip
import platform
import resource
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd

from market.interval import Interval
from model_service.spec import Spec
from model_service.train import train
from model_service.walkforward import walk_forward

SERIES = [("1m", 43_200, seed) for seed in (1, 2, 3)] + [("1h", 26_280, seed) for seed in (4, 5, 6)]


def made_up(interval: Interval, bars: int, seed: int) -> pd.DataFrame:
    """A random walk with wicks and volume."""
    random = np.random.default_rng(seed)
    close = 30_000 * np.exp(np.cumsum(random.standard_normal(bars) * 0.005))
    opened = np.r_[30_000.0, close[:-1]]
    return pd.DataFrame(
        {
            "open_time": 1_700_000_000_000 // 3_600_000 * 3_600_000 + np.arange(bars) * interval.typical_ms,
            "open": opened,
            "high": np.maximum(opened, close) * 1.001,
            "low": np.minimum(opened, close) * 0.999,
            "close": close,
            "volume": random.lognormal(3, 0.5, bars),
        }
    )


def one(job: tuple[str, int, int]) -> tuple[str, float, float]:
    """Walk forward and fit both kinds on one series; seconds and peak memory (MB) of this process."""
    name, bars, seed = job
    began = time.perf_counter()
    klines = made_up(Interval(name), bars, seed)
    for kind in ("lightgbm", "logistic"):
        spec = Spec(Interval(name), kind=kind)
        train(klines, spec, walk_forward(klines, spec).out_of_fold)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return f"{name} x {bars}", time.perf_counter() - began, peak


def main() -> None:
    """Run and print."""
    began = time.perf_counter()
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with ProcessPoolExecutor(2) as pool:
        for name, seconds, peak in pool.map(one, SERIES):
            print(f"{name}: {seconds:.1f} s, worker peak {peak:.0f} MB")
    print(f"all six: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()

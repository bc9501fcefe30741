"""Scoring one new candle with its explanation, against the bare sum of what that takes.

    python -m bench.score

The whole is what the service does live between reading a candle's window and appending to the ledger:
features, share of spoiled candles, provenance, hashes, scores, interval, contributions, flip point, ruling.
The parts are the feature matrix of the same window, the model's predictions and their contributions. What
the database takes to read and write is in neither. Seconds of processor time, in turns in one process,
medians. Bound: 1.5.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import os  # isort: skip
import platform
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

import pyarrow as pa

from market.coverage import Revision
from market.decision import Role
from market.features import FEATURES, WARMUP, features
from market.interval import Interval, Series
from market.outcome import Floats
from market.ports import KlineStore
from model_service.candles import read_window
from model_service.holding import Holding
from model_service.models.fitted import Fitted
from model_service.score import Bench, decide_candles
from model_service.spec import Spec
from model_service.train import train
from tests.model_service.made import Shop, memory_shop
from tests.model_service.markets import random_walk

TRAINED, SCORED = 6_000, 200
SERIES = Series.of("simulated", "BTCUSDT", "1h")
BOUND = 1.5


def stocked(folder: Path, kind: str) -> tuple[Shop, Bench, list[int]]:
    """A market in memory, a model of its first part, and the open times of the rest."""
    bars = random_walk(TRAINED + SCORED, 5, interval=SERIES.interval)
    shop = memory_shop(folder, SERIES)
    shop.confirm(bars)
    model = train(bars[:TRAINED], Spec(Interval("1h"), kind=kind))
    times = [int(t) for t in bars["open_time"]]
    record = shop.register(model, "m1", times[0], times[TRAINED - 1])
    return shop, Bench(SERIES, Role.CHAMPION, record, model), times[TRAINED:]


class Ready:
    """A store whose answers about one candle lie ready."""

    def __init__(self, klines: KlineStore, at: int) -> None:
        first = at - (WARMUP + 24) * SERIES.interval.typical_ms
        self._floats = klines.read_floats(SERIES, first, at + 1)
        self._exact = klines.read(SERIES, at, at + 1)
        self._origins = klines.read_origins(SERIES, first, at + 1)
        self._revisions = klines.revisions(SERIES)

    def read_floats(self, series: Series, start: int, end: int) -> pa.Table:
        return self._floats

    def read(self, series: Series, start: int, end: int) -> pa.Table:
        return self._exact

    def read_origins(self, series: Series, start: int, end: int) -> pa.Table:
        return self._origins

    def revisions(self, series: Series) -> list[Revision]:
        return self._revisions


def whole(klines: Ready, bench: Bench, at: int) -> None:
    """One candle, the way it is decided live."""
    window = read_window(klines, SERIES, [at])  # type: ignore[arg-type]
    decide_candles(bench, window, window.candles, Holding(), now=at, late_after_ms=1e12)


def bare(klines: object, fitted: Fitted) -> None:
    """Features of a window, scores and contributions of its last candle, and nothing else."""
    row: Floats = features(klines).to_numpy()[-1:, : len(FEATURES)]
    fitted.raw(row)
    fitted.contributions(row)


def seconds(call: Callable[[], None]) -> float:
    """Of one call."""
    began = time.process_time()
    call()
    return time.process_time() - began


def measured(kind: str) -> tuple[float, float]:
    """Median seconds of the whole and of the bare parts."""
    with tempfile.TemporaryDirectory(prefix="opa-") as name:
        shop, bench, times = stocked(Path(name), kind)
        step = SERIES.interval.typical_ms
        stores = [Ready(shop.klines, at) for at in times]
        windows = [shop.klines.read_floats(SERIES, at - (WARMUP - 1) * step, at + 1) for at in times]
        whole(stores[0], bench, times[0])
        bare(windows[0], bench.model.fitted)
        pairs = [
            (
                seconds(partial(whole, store, bench, at)),
                seconds(partial(bare, window, bench.model.fitted)),
            )
            for at, store, window in zip(times, stores, windows, strict=True)
        ]
    return median(a for a, _ in pairs), median(b for _, b in pairs)


def main() -> None:
    """Measure and print."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for kind in ("lightgbm", "logistic"):
        full, parts = measured(kind)
        print(
            f"{kind}: one candle {full * 1e3:.1f} ms, bare parts {parts * 1e3:.1f} ms: "
            f"{full / parts:.2f} times (bound {BOUND})"
        )


if __name__ == "__main__":
    main()

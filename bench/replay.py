"""A year of recorded hourly decisions decided again, against as many bare scorings.

    python -m bench.replay

A ledger of a year is filled in memory, then replayed: windows, features, hashes, scores, contributions and
the comparison with what was recorded. A bare scoring is the prediction of a ready row with its contributions
and nothing else, one row at a time. Seconds of processor time in one process. Bound: 3.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import os  # isort: skip
import platform
import tempfile
import time
from pathlib import Path

from market.decision import Role
from market.features import features
from market.interval import Interval, Series
from market.outcome import Floats
from model_service.ledger import Scribe
from model_service.replay.report import summed
from model_service.replay.rerun import rerun
from model_service.spec import Spec
from model_service.train import train
from model_service.trained import TrainedModel
from tests.model_service.made import Shop, memory_shop
from tests.model_service.markets import random_walk

TRAINED, YEAR = 8_760, 8_760
SERIES = Series.of("simulated", "BTCUSDT", "1h")
BOUND = 3


def filled(folder: Path) -> tuple[Shop, TrainedModel, Floats]:
    """A ledger of a year, the model that filled it, and the year's rows of features."""
    bars = random_walk(TRAINED + YEAR, 5, interval=SERIES.interval)
    shop = memory_shop(folder, SERIES)
    shop.confirm(bars)
    model = train(bars[:TRAINED], Spec(Interval("1h")))
    times = [int(t) for t in bars["open_time"]]
    shop.register(model, "m1", times[0], times[TRAINED - 1])
    shop.clock.time = times[-1] + SERIES.interval.typical_ms
    shop.scorer().catch_up()
    return shop, model, features(bars).to_numpy()[TRAINED:]


def replayed(shop: Shop) -> float:
    """Seconds of a replay of everything, in which nothing may differ."""
    scribe = Scribe(shop.klines, shop.decisions, shop.shelf, lambda _: shop.clock, 120_000)
    began = time.process_time()
    report = summed(rerun(scribe, SERIES, Role.CHAMPION, 0, 1 << 52))
    took = time.process_time() - began
    assert (report.examined, report.differences) == (YEAR, 0), report.counts
    return took


def scored(model: TrainedModel, rows: Floats) -> float:
    """Seconds of scoring the same candles one by one."""
    began = time.process_time()
    for at in range(len(rows)):
        model.fitted.raw(rows[at : at + 1])
        model.fitted.contributions(rows[at : at + 1])
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="opa-") as name:
        shop, model, rows = filled(Path(name))
        bare = scored(model, rows)
        took = replayed(shop)
    print(
        f"replay of {YEAR} decisions {took:.1f} s, as many bare scorings {bare:.1f} s: "
        f"{took / bare:.2f} times (bound {BOUND})"
    )


if __name__ == "__main__":
    main()

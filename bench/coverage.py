"""How often the 80 % interval held, by year, on a file of hourly candles `[[open_ms, open, ...], ...]`.

Beside the conformal offset in use (fixed at every refit): no offset at all, and adaptive conformal inference
(Gibbs & Candès, 2021), whose level moves with every outcome that is known before the candle.

python -m bench.coverage FILE BARS KIND
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import json  # isort: skip
import sys
from collections import deque
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from market.interval import Interval
from market.outcome import Floats, Times
from model_service.calibration import COVERAGE, Calibration, calibrate, nothing
from model_service.matrix import history
from model_service.spec import SEED_BLOCKS, Spec, plan
from model_service.train import fit_before, predict

ROLLING = 720
STEP_SIZES = (0.005, 0.02)


class Block(NamedTuple):
    """A refit's scored rows: how far outside the raw interval each outcome fell, and earlier ones."""

    times: Times
    last_bar: Times
    outside: Floats
    earlier: Floats
    offset: float


def scored(klines: pd.DataFrame, spec: Spec) -> list[Block]:
    """Every block of the walk-forward after the ones that only calibrate."""
    known = history(klines, spec)
    blocks, seen = [], nothing()
    for start, end in plan(len(known.open_times), spec.interval).blocks():
        before = seen.before(int(known.open_times[start]))
        found = predict(fit_before(known, start, spec, Calibration()), known, start, end)
        earlier = np.maximum(before.raw.low - before.scaled, before.scaled - before.raw.high)[-2_000:]
        outside = np.maximum(found.raw.low - found.scaled, found.scaled - found.raw.high)
        times = found.last_bar - (spec.horizon + 1) * spec.interval.typical_ms
        blocks.append(Block(times, found.last_bar, outside, earlier, calibrate(before).widening))
        seen += found
    return blocks[SEED_BLOCKS:]


def adaptive(block: Block, step: float) -> Floats:
    """Offsets whose level follows the outcomes known when each candle closed; begins anew at a refit."""
    miss, offsets = 1 - COVERAGE, np.empty(len(block.times))
    waiting: deque[int] = deque()
    for i, time in enumerate(block.times):
        while waiting and block.last_bar[waiting[0]] <= time:
            past = waiting.popleft()
            miss += step * ((1 - COVERAGE) - float(block.outside[past] > offsets[past]))
        offsets[i] = np.quantile(block.earlier, 1 - min(max(miss, 0.005), 0.995))
        if np.isfinite(block.outside[i]):
            waiting.append(i)
    return offsets


def told(name: str, times: Times, inside: Floats) -> str:
    """Coverage over all, by year, and the worst stretch of `ROLLING` candles."""
    years = pd.to_datetime(times, unit="ms").year
    by_year = "  ".join(f"{year} {inside[years == year].mean():.1%}" for year in sorted(set(years)))
    worst = np.convolve(inside, np.ones(ROLLING) / ROLLING, "valid").min()
    return f"{name:28s} {inside.mean():.1%}   {by_year}   worst {ROLLING} candles {worst:.1%}"


def main(file: str, bars: str, kind: str) -> None:
    """Print a line per way of setting the offset."""
    rows = json.loads(Path(file).read_text(encoding="utf-8"))[: int(bars)]
    klines = pd.DataFrame(rows, columns=["open_time", "open", "high", "low", "close", "volume"])
    blocks = scored(klines, Spec(Interval("1h"), kind=kind))
    times, outside = (np.concatenate([block[i] for block in blocks]) for i in (0, 2))
    ways = {
        "no offset": [np.zeros(len(block.times)) for block in blocks],
        "fixed at every refit (in use)": [np.full(len(block.times), block.offset) for block in blocks],
        **{f"adaptive, step {step}": [adaptive(block, step) for block in blocks] for step in STEP_SIZES},
    }
    known = np.isfinite(outside)
    for name, offsets in ways.items():
        inside = (outside <= np.concatenate(offsets))[known].astype(float)
        print(told(name, times[known], inside))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Made-up ticks beside a made-up market."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd

from market.interval import Interval
from market.tick import Tick

SAMPLES = 3


def closing(market: pd.DataFrame, interval: Interval) -> pd.DataFrame:
    """The market with the close time of every bar."""
    return market.assign(close_time=market["open_time"] + interval.typical_ms - 1)


def quotes(market: pd.DataFrame, share: float, seed: int = 5) -> list[Tick]:
    """Three ticks per bar on the way from its open to its close, in this share of the bars.

    The last one is stamped with the bar's last millisecond.
    """
    random = np.random.default_rng(seed)
    columns = ["open_time", "close_time", "open", "close"]
    found = []
    for opened, closed, start, end in market[columns].itertuples(index=False):
        if random.random() >= share:
            continue
        for step in range(SAMPLES):
            middle = start + (end - start) * (step + random.random()) / SAMPLES
            half, bids, asks = middle * random.random() * 1e-4, random.random(), random.random()
            values = [Decimal(f"{value:.6f}") for value in (middle - half, bids, middle + half, asks, middle)]
            time = int(opened) - 1 + (step + 1) * int(closed + 1 - opened) // SAMPLES
            found.append(Tick("simulated", "ETHUSDT", time, *values))
    return found


def falsified(tick: Tick, factor: int) -> Tick:
    """The same instant with other prices and quantities."""
    return replace(
        tick, bid=tick.bid * factor, ask=tick.ask * factor * 2, last=tick.last * factor,
        bid_quantity=tick.bid_quantity * factor + 1,
    )  # fmt: skip

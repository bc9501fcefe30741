"""The back-test of 45,000 bars, positions given, against vectorbt once it is compiled.

    OMP_NUM_THREADS=1 python -m bench.backtest

Ours: equity and every figure of it (Sharpe, Sortino, drawdown, turnover, trades). vectorbt: the portfolio and
its total return, first with all of its compiling done. Both earn the same; median of 20 runs, alternating.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import os  # isort: skip
import platform
import time
import warnings
from statistics import median

import numpy as np
import pandas as pd

from bench.train import made_up
from market.interval import Interval
from market.outcome import Costs
from model_service.backtest import equity, performance

BARS, RUNS, COSTS = 45_000, 20, Costs(7.5, 2.0)


def main() -> None:
    """Run and print the ratio."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vectorbt

    hour = Interval("1h")
    klines = made_up(hour, BARS, 4)
    opens, closes = (klines[name].to_numpy() for name in ("open", "close"))
    price = pd.Series(closes)
    wanted = (price.ewm(span=12).mean() > price.ewm(span=48).mean()).to_numpy()
    held = np.r_[False, wanted[:-1]]
    before = np.r_[False, held[:-1]]
    entries, exits = pd.Series(held & ~before), pd.Series(~held & before)
    at, ends = pd.Series(opens), pd.Series(np.r_[opens[1:], closes[-1]])

    def ours() -> float:
        return performance(equity(opens, closes, wanted, COSTS), wanted, hour)["total"]

    def theirs() -> float:
        book = vectorbt.Portfolio.from_signals(
            ends, entries, exits, price=at, fees=COSTS.per_side, init_cash=1.0, freq="1h"
        )
        return float(book.total_return())

    def seconds(run: object) -> float:
        began = time.perf_counter()
        run()  # type: ignore[operator]
        return time.perf_counter() - began

    np.testing.assert_allclose(ours(), theirs(), rtol=1e-9)
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(RUNS)]
    mine, other = (median(column) * 1_000 for column in zip(*pairs, strict=True))
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{BARS} bars, {int(entries.sum())} trades, same total {ours():+.4f}")
    print(f"ours {mine:.2f} ms, vectorbt warm {other:.2f} ms, ratio {mine / other:.2f}")


if __name__ == "__main__":
    main()

"""The adaptability report on a file of hourly candles `[[open_ms, open, high, low, close, volume], ...]`.

    OMP_NUM_THREADS=1 python -m bench.adaptability FILE BARS KIND

Prints frozen, expanding and rolling refits as a whole, by volatility, by trend and by month. The newest six
months stay untouched. (`python -m model_service adaptability` does the same for a series of the store, and
adds the made-up regimes.)
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import json  # isort: skip
import sys
from pathlib import Path

import pandas as pd

from market.interval import Interval
from model_service.commands.adaptability import show
from model_service.lifecycle.adaptability import adaptability
from model_service.spec import Spec


def main(file: str, bars: str, kind: str) -> None:
    """Print the table."""
    path = Path(file)
    rows = json.loads(path.read_text(encoding="utf-8"))[: int(bars)]
    klines = pd.DataFrame(rows, columns=["open_time", "open", "high", "low", "close", "volume"])
    spec = Spec(Interval("1h"), kind=kind)
    lines = adaptability(klines, spec, path.stem, lambda at, done: None)
    show(lines)
    for habit in dict.fromkeys(each.refit for each in lines):
        months = [each for each in lines if each.refit == habit and each.by == "month"]
        good = sum(each.auc > 0.5 for each in months), sum(each.net_bp > 0 for each in months)
        print(f"{habit}: AUC above 0.5 in {good[0]} of {len(months)} months, net above zero in {good[1]}")


if __name__ == "__main__":
    main(*sys.argv[1:])

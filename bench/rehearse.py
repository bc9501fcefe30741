"""A year of recorded candles, one by one through store, scorer, ledger and REST, against the back-test.

    python -m bench.rehearse FILE [LAST] [BARS]

FILE holds hourly `[[open_ms, open, high, low, close, volume], ...]`. Of its first BARS candles (17,520) the
LAST (8,760) arrive one by one; every decision of the walk-forward is compared. Exit 1 where one differs.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import os  # isort: skip
import json
import platform
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from market.interval import HOUR, Interval, Series
from model_service.replay.rehearsal import rehearse
from model_service.spec import Spec
from tests.model_service.made import table


def main(file: str, last: str = "8760", bars: str = "17520") -> int:
    """Rehearse, print, and tell whether every row was the same."""
    rows = json.loads(Path(file).read_text(encoding="utf-8"))[: int(bars)]
    klines = pd.DataFrame(rows, columns=["open_time", "open", "high", "low", "close", "volume"])
    series = Series.of("binance", "RECORDED", "1h")
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="opa-") as folder:
        made = rehearse(
            table(klines, HOUR), series, Spec(Interval("1h")), Path(folder), last=int(last), progress=_told
        )
    print(
        f"{made.compared} decisions compared, {made.one_by_one} fed one by one, {made.models} models: "
        f"{len(made.differences)} differ, {made.inexact} scores differ in the ninth digit only "
        f"({time.perf_counter() - began:.0f} s)"
    )
    for each in made.differences[:20]:
        print(each)
    return 1 if made.differences else 0


def _told(done: float) -> None:
    if sys.stderr.isatty():
        print(f"\r{done:6.1%}", end="", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))

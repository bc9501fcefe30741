"""Walk-forward skill on a file of hourly candles `[[open_ms, open, high, low, close, volume], ...]`.

python -m bench.skill FILE BARS KIND
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import json  # isort: skip
import sys
from pathlib import Path

import pandas as pd

from market.interval import Interval
from model_service.card import card
from model_service.spec import Spec
from model_service.train import train
from model_service.walkforward import walk_forward


def main(file: str, bars: str, kind: str) -> None:
    """Print verdict and metrics."""
    rows = json.loads(Path(file).read_text(encoding="utf-8"))[: int(bars)]
    klines = pd.DataFrame(rows, columns=["open_time", "open", "high", "low", "close", "volume"])
    spec = Spec(Interval("1h"), kind=kind)
    walk = walk_forward(klines, spec)
    content = card(walk, train(klines, spec, walk.out_of_fold))
    print(json.dumps({key: content[key] for key in ("verdict", "reasons", "metrics")}, indent=1))


if __name__ == "__main__":
    main(*sys.argv[1:])

"""The LSTM exhibit on a file of hourly candles `[[open_ms, open, high, low, close, volume], ...]`.

python -m bench.lstm FILE BARS EPOCHS FOLDER
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import json  # isort: skip
import sys
import time
from pathlib import Path

import pandas as pd

from model_service.exhibits.forecast import in_words
from model_service.exhibits.lstm import exhibit


def main(file: str, bars: str, epochs: str, folder: str) -> None:
    """Print the figures; write them and the picture into the folder."""
    rows = json.loads(Path(file).read_text(encoding="utf-8"))[: int(bars)]
    klines = pd.DataFrame(rows, columns=["open_time", "open", "high", "low", "close", "volume"])
    started = time.monotonic()
    shown = exhibit(klines, epochs=int(epochs))
    print(f"{time.monotonic() - started:.0f} s", json.dumps(shown.about), json.dumps(shown.figures, indent=1))
    for line in in_words(shown.figures):
        print(line)
    print(*shown.save(Path(folder), Path(file).stem))


if __name__ == "__main__":
    main(*sys.argv[1:])

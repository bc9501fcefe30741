"""How heavy and how fast the built-in page is: `python -m bench.page`.

Opens the market view in Chromium with nothing cached, `--runs` times, on the seeded house of the tests or on
a running product (`--address http://127.0.0.1:8100`). Exit code 1 when a view weighs 400 kB or more, or when
the median of the first charts is later than a second.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from statistics import median
from typing import Annotated

import typer

import market  # noqa: F401  (first: see market/__init__.py)
from tests.console.browsing import browser
from tests.console.house import standing
from tests.console.weighing import Weight, first_view

MOST_BYTES = 400_000
MOST_MS = 1_000
SERIES = "#/market/simulated/BTCUSDT/1h"


def main(
    runs: Annotated[int, typer.Option(min=1, max=100)] = 7,
    address: Annotated[str, typer.Option(help="A running console instead of the seeded one.")] = "",
) -> None:
    """Weigh and time the first view."""
    with tempfile.TemporaryDirectory(prefix="opa-") as name:
        house = nullcontext(address) if address else standing(Path(name))
        with house as stood, browser() as chromium:
            found = stood if isinstance(stood, str) else stood.address
            weights = [told(first_view(chromium, f"{found}/{SERIES}"), run) for run in range(runs)]
    heaviest, drawn = max(each.total for each in weights), median(each.chart_ms for each in weights)
    print(
        f"heaviest {heaviest / 1000:.0f} kB (allowed 400), first chart: median {drawn:.0f} ms (allowed 1000)"
    )
    sys.exit(0 if heaviest < MOST_BYTES and drawn <= MOST_MS else 1)


def told(weight: Weight, run: int) -> Weight:
    """The same, said."""
    if run == 0:
        for name, size in sorted(weight.parts.items(), key=lambda each: -each[1])[:12]:
            print(f"{size:>8} bytes  {name[:100]}")
    print(
        f"run {run + 1}: {weight.total / 1000:.0f} kB, first chart after {weight.chart_ms:.0f} ms", flush=True
    )
    return weight


if __name__ == "__main__":
    typer.run(main)

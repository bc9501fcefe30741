"""The candle panel at its fullest: how long its two requests and its drawing take.

    python -m bench.candles [--runs N]

Starts its own Elasticsearch, fills it with made-up candles and decisions, asks as Kibana 8.12 asks and
draws with its libraries in Chromium. Exit code 1 when a mark is missing or a median is above a second.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import math  # isort: skip
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final

import pyarrow as pa
import typer

from es_loader.assembly import connected
from es_loader.settings import LoaderSettings
from kibana.dashboards.market_and_decisions import DASHBOARD
from kibana.export import saved_objects
from kibana.push import Shown, adapt
from kibana.runner.server import connected as asking
from kibana.runner.settings import RunnerSettings
from market.decision import Action
from market.interval import HOUR
from market.kline import klines_from_rows
from tests.es_loader.world import SERIES, START, World, decision
from tests.kibana.drawing.canvas import canvas
from tests.kibana.drawing.pictures import Picture, pictures
from tests.servers import Elastic, running_elastic

CACHE: Final = Path(__file__).parents[1] / ".run" / "cache"
CANDLES: Final = 2_000
MARKS: Final = 500
LIMIT_MS: Final = 1_000
END: Final = START + CANDLES * HOUR


def main(
    runs: Annotated[int, typer.Option(help="How often to ask and draw.")] = 5,
    picture: Annotated[Path | None, typer.Option(help="Keep the last picture here.")] = None,
) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        print("starting Elasticsearch", flush=True)
        with running_elastic(folder / "elastic", CACHE) as elastic:
            fill(elastic, folder / "state")
            taken = repeated(elastic, runs)
    if picture:
        picture.write_bytes(taken[-1].drawn.png)
    sys.exit(0 if judged(taken) else 1)


def fill(elastic: Elastic, state: Path) -> None:
    """One series, every fourth candle with a decision to show."""
    world = World()
    world.confirm(candles())
    times = range(START, END, HOUR * CANDLES // MARKS)
    actions = (Action.BUY, Action.SELL)
    world.decisions.append(
        [
            replace(decision(time, action=actions[i % 2]), price=Decimal(str(round(price(time), 2))))
            for i, time in enumerate(times)
        ]
    )
    settings = LoaderSettings.model_validate(
        {
            "ES_URL": elastic.url,
            "ES_CA": elastic.ca,
            "ES_WRITER_USER": elastic.writer_user,
            "ES_WRITER_PASSWORD": elastic.writer_password,
            "ES_MAINTAINER_USER": elastic.maintainer_user,
            "ES_MAINTAINER_PASSWORD": elastic.maintainer_password,
            "OPA_STATE_DIR": str(state),
        }
    )
    loader = connected(settings, world.record)
    with loader.writer, loader.maintainer:
        loader.bootstrap()
        loader.rebuild().run()


def price(time: int) -> float:
    """A smooth made-up price."""
    hours = (time - START) / HOUR
    return 40_000 + 3_000 * math.sin(hours / 150) + 400 * math.sin(hours / 7)


def candles() -> pa.Table:
    """Hours that follow that price."""
    rows = []
    for time in range(START, END, HOUR):
        first, last = round(price(time - HOUR), 2), round(price(time), 2)
        high, low = max(first, last) + 60, min(first, last) - 60
        prices = (str(first), str(high), str(low), str(last))
        rows.append([time, *prices, "10", time + HOUR - 1, "400000", 100, "5", "200000"])
    return klines_from_rows(rows)


def repeated(elastic: Elastic, runs: int) -> Sequence[Picture]:
    """The candle panel, `runs` times after one that warms up."""
    (dashboard,) = [
        each for each in adapt(saved_objects(), Shown(SERIES, END, live=False)) if each["id"] == DASHBOARD.id
    ]
    dashboard["attributes"] |= {"timeFrom": iso(START), "timeTo": iso(END)}
    views = [each for each in saved_objects() if each["id"] != DASHBOARD.id and each["type"] != "dashboard"]
    settings = RunnerSettings.model_validate(
        {
            "ES_URL": elastic.url,
            "ES_CA": elastic.ca,
            "ES_NOTIFIER_PASSWORD": None,
            "ES_WRITER_USER": elastic.writer_user,
            "ES_WRITER_PASSWORD": elastic.writer_password,
        }
    )
    with asking(settings) as server, canvas(CACHE) as drawing:
        taken = [
            each
            for _ in range(runs + 1)
            for each in pictures(server, [*views, dashboard], drawing)
            if each.panel.name == "candles"
        ]
    return taken[1:]


def iso(time: int) -> str:
    """As a dashboard stores it."""
    return pa.scalar(time, pa.timestamp("ms")).as_py().isoformat(timespec="milliseconds") + "Z"


def judged(taken: Sequence[Picture]) -> bool:
    """Print, and tell whether all is well."""
    counts = [each["count"] for each in taken[-1].drawn.marks[:3]]
    asked = [each.asked_ms for each in taken]
    drawn = [each.drawn.milliseconds for each in taken]
    print(f"candles {counts[1]:,} (wicks {counts[0]:,}), decisions {counts[2]:,}; {len(taken)} runs")
    for name, all_ms in (("both requests", asked), ("compiling and drawing", drawn)):
        print(f"{name}: median {statistics.median(all_ms):.0f} ms, slowest {max(all_ms):.0f} ms")
    fast = max(statistics.median(asked), statistics.median(drawn)) < LIMIT_MS
    return fast and counts == [CANDLES, CANDLES, MARKS]


if __name__ == "__main__":
    typer.run(main)

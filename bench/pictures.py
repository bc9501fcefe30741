"""Renew the pictures of the Vega panels in docs/images/ from the running product.

`python -m bench.pictures` in the product's folder, which holds `.env`. Every panel is asked of Elasticsearch
as Kibana 8.12 asks and drawn by Vega 5.24.0 and Vega-Lite 5.2.0 in Chromium. Exit code 1 when a panel draws
nothing, logs a warning or holds a number that is none.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

import market  # noqa: F401  (first: see market/__init__.py)
from kibana.__main__ import WallClock
from kibana.export import saved_objects
from kibana.objects import SavedObject
from kibana.push import adapt
from kibana.runner.server import connected
from kibana.runner.settings import RunnerSettings
from kibana.shown import shown
from market.errors import MarketError
from market.interval import Series
from market.store import Database, MySQLKlineStore
from market.store.settings import StoreSettings
from tests.kibana.drawing.canvas import canvas
from tests.kibana.drawing.pictures import Picture, pictures

REPOSITORY = Path(__file__).parents[1]
IMAGES = REPOSITORY / "docs" / "images"


def main(
    folder: Annotated[Path, typer.Option(help="Where the pictures go.")] = IMAGES,
    only: Annotated[str, typer.Option(help="Only panels whose name holds this.")] = "",
    series: Annotated[str, typer.Option(help="Instead of what push opens on: simulated/ETHUSDT/1h.")] = "",
    days: Annotated[int, typer.Option(help="Instead of each dashboard's own time range.")] = 0,
) -> None:
    """Draw every Vega panel."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = opened(series, days)
    wrong = 0
    with connected(RunnerSettings()) as server, canvas(REPOSITORY / ".run" / "cache") as drawing:
        for picture in pictures(server, objects, drawing):
            if only not in picture.panel.name:
                continue
            wrong += bool(complaints(picture))
            name = f"{picture.panel.dashboard.removeprefix('opa-')}-{picture.panel.name}.png"
            (folder / name).write_bytes(picture.drawn.png)
            print(
                f"{name}: {picture.drawn.count} marks, asked in {picture.asked_ms:.0f} ms, "
                f"drawn in {picture.drawn.milliseconds:.0f} ms {'; '.join(complaints(picture))}"
            )
    sys.exit(1 if wrong else 0)


def opened(series: str, days: int) -> list[SavedObject]:
    """The export as `push` would open it."""
    opens_on = shown(MySQLKlineStore(Database(StoreSettings(), "reader")), WallClock())
    if series:
        opens_on = replace(opens_on, series=Series.parse(series))
    objects = adapt(saved_objects(), opens_on)
    for each in objects if days else ():
        if each["type"] == "dashboard":
            each["attributes"]["timeFrom"] = f"now-{days}d"
    return objects


def complaints(picture: Picture) -> list[str]:
    """What is wrong with a picture; that a layer has nothing to draw is not."""
    nothing = [] if picture.drawn.count else ["nothing drawn"]
    said = [line for line in picture.drawn.said if not line.startswith("Infinite extent")]
    return [*nothing, *said, *picture.drawn.broken]


if __name__ == "__main__":
    try:
        typer.run(main)
    except MarketError as error:
        sys.exit(f"pictures: {error}")

"""Renew the pictures of the Vega panels in docs/images/ from the running product.

`python -m bench.pictures` in the product's folder, which holds `.env`. Every panel is asked of Elasticsearch
as Kibana 8.12 asks and drawn by Vega 5.24.0 and Vega-Lite 5.2.0 in Chromium. Exit code 1 when a panel draws
nothing, logs a warning or holds a number that is none.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import market  # noqa: F401  (first: see market/__init__.py)
from kibana.__main__ import WallClock
from kibana.export import saved_objects
from kibana.push import adapt
from kibana.runner.server import connected
from kibana.runner.settings import RunnerSettings
from kibana.shown import shown
from market.store import Database, MySQLKlineStore
from market.store.settings import StoreSettings
from tests.kibana.drawing.canvas import canvas
from tests.kibana.drawing.pictures import Picture, pictures

REPOSITORY = Path(__file__).parents[1]
IMAGES = REPOSITORY / "docs" / "images"


def main(
    folder: Annotated[Path, typer.Option(help="Where the pictures go.")] = IMAGES,
    only: Annotated[str, typer.Option(help="Only panels whose name holds this.")] = "",
) -> None:
    """Draw every Vega panel."""
    folder.mkdir(parents=True, exist_ok=True)
    objects = adapt(saved_objects(), shown(MySQLKlineStore(Database(StoreSettings(), "reader")), WallClock()))
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


def complaints(picture: Picture) -> list[str]:
    """What is wrong with a picture."""
    nothing = [] if picture.drawn.count else ["nothing drawn"]
    return [*nothing, *picture.drawn.said, *picture.drawn.broken]


if __name__ == "__main__":
    typer.run(main)

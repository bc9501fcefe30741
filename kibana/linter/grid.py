"""The grid: 48 columns, no overlap, no gap, one height per row."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from kibana.linter.reading import Export, Finding, Json

COLUMNS = 48


def panels_fit_the_grid(export: Export) -> Iterator[Finding]:
    """Inside the 48 columns, with `gridData.i` equal to the panel's index."""
    for panel in export.panels:
        box = panel.raw["gridData"]
        if box["i"] != panel.name:
            yield Finding(panel.place, f"gridData.i is {box['i']}")
        if box["x"] < 0 or box["w"] < 1 or box["h"] < 1 or box["x"] + box["w"] > COLUMNS:
            yield Finding(panel.place, f"leaves the grid: {box}")


def panels_do_not_overlap(export: Export) -> Iterator[Finding]:
    """No two panels share a cell."""
    for dashboard in export.dashboards:
        for one, other in combinations(dashboard.panels, 2):
            if _overlap(one.raw["gridData"], other.raw["gridData"]):
                yield Finding(one.place, f"overlaps {other.name}")


def rows_are_full(export: Export) -> Iterator[Finding]:
    """No cell above the lowest panel is empty."""
    for dashboard in export.dashboards:
        boxes = [panel.raw["gridData"] for panel in dashboard.panels]
        height = max(box["y"] + box["h"] for box in boxes)
        covered = sum(box["w"] * box["h"] for box in boxes)
        if covered != COLUMNS * height:
            yield Finding(dashboard.id, f"{COLUMNS * height - covered} of {COLUMNS * height} cells are empty")


def rows_have_one_height(export: Export) -> Iterator[Finding]:
    """Panels that begin in the same row are equally high."""
    for dashboard in export.dashboards:
        heights: dict[int, int] = {}
        for panel in dashboard.panels:
            box = panel.raw["gridData"]
            if heights.setdefault(box["y"], box["h"]) != box["h"]:
                yield Finding(panel.place, f"is {box['h']} high in a row of {heights[box['y']]}")


def _overlap(one: Json, other: Json) -> bool:
    apart = (
        one["x"] + one["w"] <= other["x"]
        or other["x"] + other["w"] <= one["x"]
        or one["y"] + one["h"] <= other["y"]
        or other["y"] + other["h"] <= one["y"]
    )
    return not apart

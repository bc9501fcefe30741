"""A donut of a few categories, each in its own colour."""

from __future__ import annotations

from collections.abc import Sequence

from kibana.lens.attributes import layer, lens
from kibana.lens.chart import Series
from kibana.panels import Panel


def donut(
    name: str,
    title: str,
    view: str,
    slices: Sequence[Series],
    *,
    kuery: str = "",
    everywhere: bool = False,
) -> Panel:
    """One slice per series (a filtered count or sum): a slice keeps its colour whatever its rank."""
    columns = {f"y{n}": each.column for n, each in enumerate(slices)}
    state = {
        "shape": "donut",
        "layers": [
            {
                "layerId": "L1",
                "layerType": "data",
                "primaryGroups": [],
                "metrics": list(columns),
                "allowMultipleMetrics": True,
                "colorsByDimension": {f"y{n}": each.colour for n, each in enumerate(slices)},
                "numberDisplay": "percent",
                "categoryDisplay": "default",
                "legendDisplay": "default",
                "legendPosition": "bottom",
                "nestedLegend": False,
            }
        ],
    }
    return lens(
        name, title, "lnsPie", {"L1": view}, state, {"L1": layer(columns, everywhere=everywhere)}, kuery
    )

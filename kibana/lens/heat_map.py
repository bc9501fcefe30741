"""A heat map: a metric by two buckets."""

from __future__ import annotations

from kibana.columns import Column
from kibana.lens.attributes import layer, lens
from kibana.panels import Panel


def heat_map(
    name: str,
    title: str,
    view: str,
    x: Column,
    y: Column,
    value: Column,
    *,
    kuery: str = "",
    everywhere: bool = False,
) -> Panel:
    """`value` (column `c`) in cells of `x` by `y`, in Kibana's default sequential colours."""
    state = {
        "shape": "heatmap",
        "layerId": "L1",
        "layerType": "data",
        "legend": {"isVisible": True, "position": "right", "type": "heatmap_legend"},
        "gridConfig": {
            "type": "heatmap_grid",
            "isCellLabelVisible": False,
            "isYAxisLabelVisible": True,
            "isXAxisLabelVisible": True,
            "isYAxisTitleVisible": False,
            "isXAxisTitleVisible": False,
        },
        "valueAccessor": "c",
        "xAccessor": "x",
        "yAccessor": "y",
    }
    columns = {"x": x, "y": y, "c": value}
    return lens(
        name, title, "lnsHeatmap", {"L1": view}, state, {"L1": layer(columns, everywhere=everywhere)}, kuery
    )

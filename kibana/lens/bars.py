"""Horizontal bars by category."""

from __future__ import annotations

from collections.abc import Sequence

from kibana.columns import Column
from kibana.lens.attributes import layer, lens
from kibana.lens.chart import Series
from kibana.panels import Panel


def bars_by(
    name: str,
    title: str,
    view: str,
    bucket: Column,
    series: Sequence[Series],
    *,
    percentage: bool = False,
    kuery: str = "",
    everywhere: bool = False,
) -> Panel:
    """One bar per bucket (`terms` or `filters`), cut into `series`.

    The series' columns are `y0`, `y1`, ...: `terms(..., by="y0")` orders the bars by the first.
    """
    ids = [f"y{n}" for n in range(len(series))]
    kind = "bar_horizontal_percentage_stacked" if percentage else "bar_horizontal_stacked"
    columns = {"x": bucket} | {id_: each.column for id_, each in zip(ids, series, strict=True)}
    state = {
        "legend": {"isVisible": len(ids) > 1, "position": "bottom"},
        "valueLabels": "hide",
        "fittingFunction": "None",
        "preferredSeriesType": kind,
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "layers": [
            {
                "layerId": "L1",
                "layerType": "data",
                "seriesType": kind,
                "xAccessor": "x",
                "accessors": ids,
                "yConfig": [
                    {"forAccessor": id_, "color": each.colour, "axisMode": "left"}
                    for id_, each in zip(ids, series, strict=True)
                ],
            }
        ],
    }
    return lens(
        name, title, "lnsXY", {"L1": view}, state, {"L1": layer(columns, everywhere=everywhere)}, kuery
    )

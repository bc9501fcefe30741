"""Lines, areas and bars over time, with reference lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from kibana.buckets import over_time
from kibana.columns import Column, static_value
from kibana.lens.attributes import Layer, layer, lens
from kibana.panels import Panel

Kind = Literal[
    "line",
    "area",
    "area_stacked",
    "area_percentage_stacked",
    "bar",
    "bar_stacked",
    "bar_percentage_stacked",
]


@dataclass(frozen=True, slots=True)
class Series:
    """One metric column in its colour; `right` puts it on the axis at the right."""

    column: Column
    colour: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A fixed value across the chart, such as a cost or a band's edge."""

    label: str
    value: float
    colour: str


def chart_over_time(
    name: str,
    title: str,
    view: str,
    series: Sequence[Series],
    *,
    kind: Kind = "line",
    breakdown: Column | None = None,
    lines: Sequence[Line] = (),
    kuery: str = "",
    everywhere: bool = False,
) -> Panel:
    """`series` over time. A category with a colour of its own is a series with a filter of its own.

    `breakdown` is a terms column for an open set (symbols, services): one series then, in Kibana's colours.
    Lines start their axis at the data, bars and areas at zero; the panel's title says the unit. With a
    reference line the axis reaches from zero to it, for an axis that fits its data leaves it out
    (`getYAxisDomain` of `expression_xy/public/components/xy_chart.tsx`).
    """
    ids = [f"y{n}" for n in range(len(series))]
    columns = ({"b": breakdown} if breakdown else {}) | {"x": over_time()}
    columns |= {id_: each.column for id_, each in zip(ids, series, strict=True)}
    layers = {"L1": layer(columns, everywhere=everywhere)}
    if lines:
        layers["R1"] = layer({f"r{n}": static_value(each.label, each.value) for n, each in enumerate(lines)})
    drawn = [_data(kind, ids, series, breakdown), *_reference_lines(lines)]
    fits = kind == "line" and not lines
    state = {
        "legend": {"isVisible": len(ids) > 1 or breakdown is not None, "position": "bottom"},
        "valueLabels": "hide",
        "fittingFunction": "Linear" if kind == "line" else "None",
        "preferredSeriesType": kind,
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "yLeftExtent": {"mode": "dataBounds" if fits else "full", "niceValues": True},
        "layers": drawn,
    }
    views = dict.fromkeys(layers, view)
    return lens(name, title, "lnsXY", views, state, layers, kuery)


def _data(kind: Kind, ids: Sequence[str], series: Sequence[Series], breakdown: Column | None) -> Layer:
    drawn: Layer = {
        "layerId": "L1",
        "layerType": "data",
        "seriesType": kind,
        "xAccessor": "x",
        "accessors": list(ids),
    }
    if breakdown:
        return drawn | {"splitAccessor": "b"}
    drawn["yConfig"] = [
        {"forAccessor": id_, "color": each.colour, "axisMode": "right" if each.right else "left"}
        for id_, each in zip(ids, series, strict=True)
    ]
    return drawn


def _reference_lines(lines: Sequence[Line]) -> list[Layer]:
    if not lines:
        return []
    styles: list[dict[str, Any]] = [
        {
            "forAccessor": f"r{n}",
            "axisMode": "left",
            "color": each.colour,
            "lineStyle": "dashed",
            "lineWidth": 2,
            "fill": "none",
            "textVisibility": True,
            "iconPosition": "auto",
        }
        for n, each in enumerate(lines)
    ]
    accessors = [style["forAccessor"] for style in styles]
    return [{"layerId": "R1", "layerType": "referenceLine", "accessors": accessors, "yConfig": styles}]

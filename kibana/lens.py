"""By-value Lens panels: metric tiles and charts over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kibana.columns import Column, over_time
from kibana.panels import Panel, Reference

_QUERY = {"query": "", "language": "kuery"}
Layer = dict[str, Any]


def metric(
    name: str,
    view: str,
    column: Mapping[str, Column],
    *,
    secondary: Column | None = None,
    secondary_prefix: str = "",
    trend: bool = False,
    kuery: str = "",
) -> Panel:
    """A number (or word) in large type, with a second one or a trend line behind it."""
    shown = next(iter(column))
    columns = dict(column)
    state: dict[str, Any] = {"layerId": "L1", "layerType": "data", "metricAccessor": shown}
    layers: dict[str, Layer] = {}
    if secondary:
        columns["s"] = secondary
        state |= {"secondaryMetricAccessor": "s", "secondaryPrefix": secondary_prefix}
    layers["L1"] = _layer(columns)
    if trend:
        layers["T1"] = _layer({"tx": over_time(), "tm": column[shown]}) | {"linkToLayers": ["L1"]}
        state |= {
            "trendlineLayerId": "T1",
            "trendlineLayerType": "metricTrendline",
            "trendlineTimeAccessor": "tx",
            "trendlineMetricAccessor": "tm",
            "showBar": False,
        }
    return _panel(name, "", "lnsMetric", view, state, layers, kuery)


def bars_over_time(
    name: str, title: str, view: str, series: Sequence[tuple[Column, str]], *, stacked: bool, kuery: str = ""
) -> Panel:
    """Bars over time: one `(column, colour)` per series."""
    ids = [f"y{n}" for n in range(len(series))]
    columns = {"x": over_time()} | {id_: column for id_, (column, _) in zip(ids, series, strict=True)}
    state = {
        "legend": {"isVisible": len(ids) > 1, "position": "bottom"},
        "valueLabels": "hide",
        "preferredSeriesType": "bar_stacked" if stacked else "bar",
        "axisTitlesVisibilitySettings": {"x": False, "yLeft": False, "yRight": False},
        "layers": [
            {
                "layerId": "L1",
                "layerType": "data",
                "seriesType": "bar_stacked" if stacked else "bar",
                "xAccessor": "x",
                "accessors": ids,
                "yConfig": [
                    {"forAccessor": id_, "color": colour}
                    for id_, (_, colour) in zip(ids, series, strict=True)
                ],
            }
        ],
    }
    return _panel(name, title, "lnsXY", view, state, {"L1": _layer(columns)}, kuery)


def _layer(columns: Mapping[str, Column]) -> Layer:
    return {"columnOrder": list(columns), "columns": dict(columns), "incompleteColumns": {}, "sampling": 1}


def _panel(
    name: str, title: str, kind: str, view: str, state: Layer, layers: dict[str, Layer], kuery: str
) -> Panel:
    references = [Reference("index-pattern", view, f"indexpattern-datasource-layer-{id_}") for id_ in layers]
    attributes = {
        "title": "",
        "description": "",
        "visualizationType": kind,
        "type": "lens",
        "references": [reference.as_dict() for reference in references],
        "state": {
            "visualization": state,
            "query": _QUERY | {"query": kuery},
            "filters": [],
            "datasourceStates": {"formBased": {"layers": layers}},
            "internalReferences": [],
            "adHocDataViews": {},
        },
    }
    return Panel(name, "lens", title, {"attributes": attributes, "enhancements": {}}, tuple(references))

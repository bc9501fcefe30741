"""Whether the answer to a request puts anything on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kibana.translator.dashboard import Export
from kibana.translator.lens.layer import Layer
from kibana.translator.lens.reading import rows
from kibana.translator.request import Request
from kibana.translator.saved import Panel

Answer = Mapping[str, Any]


def shows_data(export: Export, request: Request, answer: Answer) -> bool:
    """True when a reader sees a value, a mark or a row; a number 0 is a value where zeros are shown."""
    if request.kind == "control":
        return _has_options(request, answer)
    if request.kind == "lens":
        return _lens_shows(export, request, answer)
    return bool((answer.get("hits") or {}).get("hits")) or _measures(answer.get("aggregations") or {})


def _has_options(request: Request, answer: Answer) -> bool:
    """There is something to select, and what is selected exists."""
    found = answer.get("aggregations") or {}
    if not found.get("suggestions", {}).get("buckets"):
        return False
    selected = found.get("validation", {}).get("buckets", {})
    return all(each["doc_count"] for each in selected.values())


def _lens_shows(export: Export, request: Request, answer: Answer) -> bool:
    panel = export.panel(request.dashboard, request.panel)
    state = panel.config["attributes"]["state"]
    stored = state["datasourceStates"]["formBased"]["layers"].get(request.part)
    if stored is None:  # annotations, or the bounds of a histogram
        return _measures(answer.get("aggregations") or {})
    layer = Layer.of(stored)
    table = rows(layer, export.views[panel.view_id(f"indexpattern-datasource-layer-{request.part}")], answer)
    drawn = _drawn_metrics(panel, layer, request.part)
    return any(row.get(id_) is not None for row in table for id_ in drawn) if drawn else bool(table)


def _drawn_metrics(panel: Panel, layer: Layer, id_: str) -> list[str]:
    """The columns whose values are looked at: a tile's first number, else every metric of the layer."""
    state = panel.config["attributes"]["state"]["visualization"]
    if panel.config["attributes"]["visualizationType"] == "lnsMetric":
        trend = id_ == state.get("trendlineLayerId")
        return [state["trendlineMetricAccessor" if trend else "metricAccessor"]]
    referred = {each for column in layer.columns.values() for each in column.get("references", ())}
    return [
        name
        for name, column in layer.columns.items()
        if not column.get("isBucketed") and name not in referred
    ]


def _measures(found: Any) -> bool:
    """Any bucket with documents or any value in aggregations of unknown shape."""
    if isinstance(found, list):
        return any(_measures(each) for each in found)
    if not isinstance(found, Mapping):
        return False
    if "buckets" in found:
        buckets = found["buckets"]
        return any(
            each.get("doc_count") for each in (buckets.values() if isinstance(buckets, dict) else buckets)
        )
    if found.get("doc_count") or found.get("value") is not None or found.get("hits", {}).get("hits"):
        return True
    return any(_measures(each) for each in found.values())

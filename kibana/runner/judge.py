"""Whether the answer to a request puts anything on the screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from kibana.translator.dashboard import Export
from kibana.translator.lens.layer import REFERENCES, Layer
from kibana.translator.lens.reading import rows
from kibana.translator.request import Request
from kibana.translator.saved import Panel

Answer = Mapping[str, Any]
Sight = Literal["data", "zero", "empty"]
_COUNTING: Final = frozenset({"count", "unique_count", "sum"}) | REFERENCES


def sight(export: Export, request: Request, answer: Answer) -> Sight:
    """What a reader sees: values, marks or rows; counts that are all 0; or nothing."""
    if request.kind == "control":
        return _word(_has_options(request, answer))
    if request.kind == "lens":
        return _lens(export, request, answer)
    hits = (answer.get("hits") or {}).get("hits")
    return _word(bool(hits) or _measures(answer.get("aggregations") or {}))


def _word(seen: bool) -> Sight:
    return "data" if seen else "empty"


def _has_options(request: Request, answer: Answer) -> bool:
    """There is something to select, and what is selected exists."""
    found = answer.get("aggregations") or {}
    if not found.get("suggestions", {}).get("buckets"):
        return False
    selected = found.get("validation", {}).get("buckets", {})
    return all(each["doc_count"] for each in selected.values())


def _lens(export: Export, request: Request, answer: Answer) -> Sight:
    panel = export.panel(request.dashboard, request.panel)
    state = panel.config["attributes"]["state"]
    stored = state["datasourceStates"]["formBased"]["layers"].get(request.part)
    if stored is None:  # annotations, or the bounds of a histogram
        return _word(_measures(answer.get("aggregations") or {}))
    layer = Layer.of(stored)
    view = export.views[panel.view_id(f"indexpattern-datasource-layer-{request.part}")]
    table = rows(layer, view, answer)
    drawn = _drawn_metrics(panel, layer, request.part)
    if not drawn:
        return _word(bool(table))
    values = [(id_, row[id_]) for row in table for id_ in drawn if row.get(id_) is not None]
    if any(value or layer.columns[id_]["operationType"] not in _COUNTING for id_, value in values):
        return "data"
    return "zero" if values else "empty"


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

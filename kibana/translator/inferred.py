"""The fields of a data view that nobody described: what the panels themselves say about them.

Only a stand-in for an answer of `_field_caps`. A Lens column tells a type; a field that only a query names is
taken for a keyword; the time field is a date.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kibana.translator.kuery.grammar import parse
from kibana.translator.kuery.nodes import Both, Is, Literal, Nested, Node, Not, Range
from kibana.translator.saved import Panel, References, SavedObject, panels, unpacked

_TYPES: Final = {"string": "keyword", "number": "double", "date": "date", "boolean": "boolean", "ip": "ip"}
_NUMERIC: Final = frozenset(
    {"average", "sum", "median", "standard_deviation", "percentile", "percentile_rank"}
)
Found = tuple[str, str, str]  # data view id, field, Elasticsearch type


def inferred(
    dashboards: Iterable[SavedObject], library: Mapping[tuple[str, str], SavedObject]
) -> dict[str, dict[str, str]]:
    """Elasticsearch types of fields by data view id; what is told first counts, a query tells last."""
    types: dict[str, dict[str, str]] = {}
    told = [each for dashboard in dashboards for each in _told(dashboard, library)]
    for view, name, es_type in sorted(told, key=lambda each: each[2] == ""):
        types.setdefault(view, {}).setdefault(name, es_type or "keyword")
    return types


def _told(dashboard: SavedObject, library: Mapping[tuple[str, str], SavedObject]) -> Iterator[Found]:
    outer = References.of(dashboard["references"])
    group = dashboard["attributes"].get("controlGroupInput") or {}
    for id_, control in unpacked(group.get("panelsJSON"), {}).items():
        view = outer.by_name.get(f"controlGroup_{id_}:optionsListDataView")
        if view:
            yield view, control["explicitInput"]["fieldName"], "keyword"
    for panel in panels(dashboard, library):
        if panel.type == "lens":
            yield from _lens(panel)


def _lens(panel: Panel) -> Iterator[Found]:
    state = panel.config["attributes"]["state"]
    layers = state["datasourceStates"].get("formBased", {}).get("layers", {})
    for id_, layer in layers.items():
        view = panel.view_id(f"indexpattern-datasource-layer-{id_}")
        for column in layer["columns"].values():
            yield from _column(view, column)
        yield from ((view, name, "") for name in _queried(state.get("query")))
    drawn = state["visualization"].get("layers")
    for layer in drawn if isinstance(drawn, list) else []:
        if layer.get("layerType") == "annotations":
            view = layer.get("indexPatternId") or panel.view_id(f"xy-visualization-layer-{layer['layerId']}")
            for each in layer["annotations"]:
                yield from ((view, name, "") for name in each.get("extraFields") or ())
                yield from ((view, name, "") for name in _queried(each.get("filter")))


def _column(view: str, column: Mapping[str, Any]) -> Iterator[Found]:
    name = column.get("sourceField")
    if name and name != "___records___":
        yield view, name, _type_of(column)
    for each in (column.get("params") or {}).get("filters") or ():
        yield from ((view, field, "") for field in _queried(each["input"]))
    yield from ((view, field, "") for field in _queried(column.get("filter")))


def _type_of(column: Mapping[str, Any]) -> str:
    operation = column["operationType"]
    if operation == "date_histogram":
        return "date"
    if operation in _NUMERIC or operation == "range":
        return "double"
    if operation in {"terms", "last_value", "min", "max"}:
        return _TYPES.get(column.get("dataType", ""), "")
    return ""


def _queried(query: Mapping[str, Any] | None) -> Iterator[str]:
    if query and query.get("language") == "kuery" and isinstance(query.get("query"), str):
        yield from _names(parse(query["query"]))


def _names(node: Node) -> Iterator[str]:
    match node:
        case Is() | Range():
            if isinstance(node.field, Literal) and isinstance(node.field.value, str):
                yield node.field.value
        case Not() | Nested():
            yield from _names(node.query)
        case Both():
            for each in node.queries:
                yield from _names(each)

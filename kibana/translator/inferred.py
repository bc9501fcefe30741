"""The fields of a data view that nobody described: what the panels themselves say about them.

Only a stand-in for an answer of `_field_caps`. A Lens column tells a type; of a field that only a query names
the value does (`true` a boolean, 3 a number, any other a keyword); the time field is a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kibana.translator.kuery.grammar import parse
from kibana.translator.kuery.nodes import Both, Is, Literal, Nested, Node, Not, Range, Term
from kibana.translator.saved import Panel, References, SavedObject, panels, unpacked

_TYPES: Final = {"string": "keyword", "number": "double", "date": "date", "boolean": "boolean", "ip": "ip"}
_NUMERIC: Final = frozenset(
    {"average", "sum", "median", "standard_deviation", "percentile", "percentile_rank"}
)
_DOUBT: Final = "?"  # in front of what only the value in a query says
_NUMBER: Final = re.compile(r"^-?\d+(\.\d+)?$")
Found = tuple[str, str, str]  # data view id, field, Elasticsearch type


def inferred(
    dashboards: Iterable[SavedObject], library: Mapping[tuple[str, str], SavedObject]
) -> dict[str, dict[str, str]]:
    """Elasticsearch types of fields by data view id; columns are believed before the values of queries."""
    types: dict[str, dict[str, str]] = {}
    told = [each for dashboard in dashboards for each in _told(dashboard, library)]
    for view, name, es_type in sorted(told, key=lambda each: (not each[2], each[2].startswith(_DOUBT))):
        types.setdefault(view, {}).setdefault(name, es_type.removeprefix(_DOUBT) or "keyword")
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
        yield from ((view, *each) for each in _queried(state.get("query")))
    drawn = state["visualization"].get("layers")
    for layer in drawn if isinstance(drawn, list) else []:
        if layer.get("layerType") == "annotations":
            view = layer.get("indexPatternId") or panel.view_id(f"xy-visualization-layer-{layer['layerId']}")
            for each in layer["annotations"]:
                yield from ((view, name, "") for name in each.get("extraFields") or ())
                yield from ((view, *found) for found in _queried(each.get("filter")))


def _column(view: str, column: Mapping[str, Any]) -> Iterator[Found]:
    name = column.get("sourceField")
    if name and name != "___records___":
        yield view, name, _type_of(column)
    for each in (column.get("params") or {}).get("filters") or ():
        yield from ((view, *found) for found in _queried(each["input"]))
    yield from ((view, *found) for found in _queried(column.get("filter")))


def _type_of(column: Mapping[str, Any]) -> str:
    operation = column["operationType"]
    if operation == "date_histogram":
        return "date"
    if operation in _NUMERIC or operation == "range":
        return "double"
    if operation in {"terms", "last_value", "min", "max"}:
        return _TYPES.get(column.get("dataType", ""), "")
    return ""


def _queried(query: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Fields of a KQL text and what their values look like, "" where nothing can be told."""
    if query and query.get("language") == "kuery" and isinstance(query.get("query"), str):
        yield from _named(parse(query["query"]))


def _named(node: Node) -> Iterator[tuple[str, str]]:
    match node:
        case Is() | Range():
            if isinstance(node.field, Literal) and isinstance(node.field.value, str):
                yield node.field.value, _looks_like(node.value)
        case Not() | Nested():
            yield from _named(node.query)
        case Both():
            for each in node.queries:
                yield from _named(each)


def _looks_like(value: Term) -> str:
    if not isinstance(value, Literal):
        return ""
    if isinstance(value.value, bool):
        return f"{_DOUBT}boolean"
    return _DOUBT + ("double" if _NUMBER.match(str(value.value)) else "keyword")

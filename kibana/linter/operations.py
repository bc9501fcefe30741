"""Operations: only those that every Elasticsearch answers, on fields of a fitting type."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from kibana.columns import RECORDS
from kibana.linter.reading import FIELDS, Export, Finding, Json, view_of
from market.documents.field import Field

_NUMBERS: Final = {"double", "integer", "long"}
_ANY: Final = _NUMBERS | {"boolean", "date", "keyword"}
_OF_NUMBERS: Final = ("average", "sum", "median", "percentile", "standard_deviation")
FITTING: Final[dict[str, set[str]]] = {
    **dict.fromkeys(_OF_NUMBERS, _NUMBERS),
    **dict.fromkeys(("min", "max"), _NUMBERS | {"date"}),
    **dict.fromkeys(("last_value", "unique_count"), _ANY),
    "date_histogram": {"date"},
    "terms": {"keyword", "boolean"},
    "count": set(),
}
WITHOUT_FIELD: Final = {"filters", "formula", "math", "static_value"}
_KINDS: Final = {"double": "number", "integer": "number", "long": "number", "keyword": "string"}
_ORDERING: Final = {"count", "sum", "average", "min", "max", "unique_count"}


def operations_are_allowed(export: Export) -> Iterator[Finding]:
    """No pipeline aggregation, no `top_metrics`, no script, no runtime field, no ES|QL."""
    for panel in export.panels:
        if panel.type == "lens" and any(each.get("layerType") == "annotations" for each in panel.drawn):
            yield Finding(panel.place, "query annotations ask for top_metrics")
        if panel.type == "lens" and set(panel.attributes["state"]["datasourceStates"]) != {"formBased"}:
            yield Finding(panel.place, "only form-based layers: ES|QL is a preview in 8.12")
        for layer in panel.layers:
            for column in layer.columns.values():
                operation = column["operationType"]
                if operation not in FITTING.keys() | WITHOUT_FIELD:
                    yield Finding(panel.place, f"operation {operation}")
                if operation == "last_value" and column["params"].get("showArrayValues") is not True:
                    yield Finding(
                        panel.place, f"{column['label']!r} would ask for top_metrics: showArrayValues"
                    )
    for view in export.of("index-pattern"):
        if view["attributes"].get("runtimeFieldMap", "{}") != "{}":
            yield Finding(view["id"], "runtime fields need scripts")


def fields_fit_their_operation(export: Export) -> Iterator[Finding]:
    """Every field is in the mapping of its data view, with a type that the operation takes."""
    for panel in export.panels:
        for layer in panel.layers:
            if layer.view not in FIELDS:
                yield Finding(panel.place, f"layer {layer.id} names data view {layer.view!r}: no such stream")
                continue
            for column in layer.columns.values():
                problem = _misfit(column, FIELDS[layer.view])
                if problem:
                    yield Finding(panel.place, f"{column['label']!r}: {problem}")


def terms_are_ordered_by_what_can(export: Export) -> Iterator[Finding]:
    """A terms column ordered by a last value is a 400; nor by a filtered metric or a formula."""
    for panel in export.panels:
        for layer in panel.layers:
            for column in layer.columns.values():
                order = column.get("params", {}).get("orderBy", {})
                if order.get("type") != "column":
                    continue
                by = layer.columns.get(order["columnId"])
                if by is None or by["operationType"] not in _ORDERING or "filter" in by:
                    yield Finding(
                        panel.place, f"{column['label']!r} cannot be ordered by {order['columnId']}"
                    )


def tables_and_formats_name_fields(export: Export) -> Iterator[Finding]:
    """The columns of saved searches and the formats of data views name fields that exist."""
    for search in export.of("search"):
        named = [*search["attributes"]["columns"], *(field for field, _ in search["attributes"]["sort"])]
        yield from _absent(search["id"], view_of(search), named)
    for data_view in export.of("index-pattern"):
        formats = json.loads(data_view["attributes"]["fieldFormatMap"])
        yield from _absent(data_view["id"], data_view["id"], list(formats))


def columns_declare_the_right_type(export: Export) -> Iterator[Finding]:
    """`dataType` of a column is the field's, else Lens formats the value as something else."""
    for panel in export.panels:
        for layer in panel.layers:
            for column in layer.columns.values():
                field = FIELDS.get(layer.view, {}).get(column.get("sourceField", ""))
                if column["operationType"] in {"last_value", "terms"} and field:
                    kind = _KINDS.get(field.type, field.type)
                    if column["dataType"] != kind:
                        yield Finding(
                            panel.place, f"{column['label']!r} is {column['dataType']}, its field {kind}"
                        )


def _misfit(column: Json, fields: dict[str, Field]) -> str:
    operation, name = column["operationType"], column.get("sourceField")
    if operation in WITHOUT_FIELD or name == RECORDS:
        return ""
    if name not in fields:
        return f"no field {name}"
    if fields[name].type not in FITTING.get(operation, set()):
        return f"{operation} of {name}, which is {fields[name].type}"
    return ""


def _absent(place: str, view: str, names: list[str]) -> Iterator[Finding]:
    fields = FIELDS.get(view, {})
    for name in names:
        if name not in fields:
            yield Finding(place, f"no field {name} in {view}")

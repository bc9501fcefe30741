"""The table that Lens makes of an answer, far enough to know whether a panel shows anything.

Source: `src/plugins/data/common/search/tabify/tabify.ts` with `getValue` of the metrics (a count or a sum of
0 is no value where zero values are hidden), and the references of `operations/definitions/formula`. Tables
of metrics at several times are not unfolded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kibana.translator.aggs import Agg
from kibana.translator.context import DataView
from kibana.translator.lens.layer import REFERENCES, Layer
from kibana.translator.lens.mathematics import value_of
from kibana.translator.lens.panel import layer_aggs

Row = dict[str, Any]  # column id: its value, None for none
_HIDEABLE_ZERO: Final = frozenset({"count", "value_count", "cardinality", "sum"})


def rows(layer: Layer, view: DataView, answer: Mapping[str, Any]) -> list[Row]:
    """One row per innermost bucket, the empty ones too, with the layer's metrics and formulas."""
    aggs, places = layer_aggs(layer, view)
    by_id = {each.id: each for each in aggs}
    total = (answer.get("hits") or {}).get("total") or {}
    found = answer.get("aggregations") or {}
    root = {"doc_count": total.get("value", 0), **(found.get("sampling") or found)}
    columns = {
        id_: places.get(str(n), str(n))
        for n, id_ in enumerate(layer.asking())
        if not layer.columns[id_].get("isBucketed")
    }
    buckets = [each.id for each in aggs if each.is_bucket]
    return [
        _with_references(layer, {id_: _value(place, by_id, leaf) for id_, place in columns.items()})
        for leaf in _leaves(root, buckets)
    ]


def _leaves(level: Mapping[str, Any], buckets: list[str]) -> Iterator[Mapping[str, Any]]:
    if not buckets:
        yield level
        return
    inner = level.get(buckets[0], {}).get("buckets", [])
    for each in inner.values() if isinstance(inner, dict) else inner:
        yield from _leaves(each, buckets[1:])


def _value(place: str, by_id: Mapping[str, Agg], leaf: Mapping[str, Any]) -> Any:
    agg = by_id[place.partition(".")[0]]
    metric: Agg = agg.params["metric"] if agg.type == "filtered" else agg
    inside = leaf.get(f"{agg.id}-bucket", {}) if agg.type == "filtered" else leaf
    value = inside.get("doc_count") if metric.type == "count" else _measured(inside.get(metric.id) or {})
    if metric.type in _HIDEABLE_ZERO and not value:
        return None if metric.params.get("empty_as_null") else value or 0
    return value


def _measured(found: Mapping[str, Any]) -> Any:
    """The value in an aggregation's answer, whatever its shape."""
    if "hits" in found:
        hits = found["hits"]["hits"]
        return next(iter(hits[0].get("fields", {}).values()), None) if hits else None
    if "top" in found:
        return next(iter(found["top"][0]["metrics"].values()), None) if found["top"] else None
    if "values" in found:
        values = found["values"]
        listed = values.values() if isinstance(values, dict) else [each["value"] for each in values]
        return next((each for each in listed if each is not None), None)
    return found.get("std_deviation") if "std_deviation" in found else found.get("value")


def _with_references(layer: Layer, row: Row) -> Row:
    """The columns that Kibana computes from others; what runs over rows has a value where its input has."""
    pending = [id_ for id_, column in layer.columns.items() if column["operationType"] in REFERENCES]
    while pending:
        ready = [id_ for id_ in pending if not set(_references(layer, id_)) & set(pending)]
        if not ready:
            raise ValueError(f"columns that refer to one another: {', '.join(pending)}")
        for id_ in ready:
            row[id_] = _referring(layer, id_, row)
        pending = [id_ for id_ in pending if id_ not in ready]
    return row


def _references(layer: Layer, id_: str) -> list[str]:
    return [each for each in layer.columns[id_].get("references", ()) if each in layer.columns]


def _referring(layer: Layer, id_: str, row: Row) -> Any:
    column = layer.columns[id_]
    params = column.get("params") or {}
    if column["operationType"] == "static_value":
        return float(params["value"])
    if column["operationType"] == "math":
        return value_of(params["tinymathAst"], row)
    references = _references(layer, id_)
    return row.get(references[0]) if references else None

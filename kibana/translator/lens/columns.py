"""A Lens column into an aggregation.

Source: `toEsAggsFn` of `x-pack/plugins/lens/public/datasources/form_based/operations/definitions/*`
(`date_histogram`, `terms/index`, `ranges/ranges`, `filters/filters`, `metrics`, `count`, `cardinality`,
`percentile`, `percentile_ranks`, `last_value`), and `terms/helpers` for what a list may be ordered by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from kibana.translator.aggs import Agg
from kibana.translator.lens.layer import Layer

Column = Mapping[str, Any]
RECORDS: Final = "___records___"
_HISTOGRAM_DEFAULT_BARS: Final = (100 - 1) / 2  # (histogram:maxBars - MIN_HISTOGRAM_BARS) / 2
_ACCURATE: Final = 1000
_PLAIN: Final = {
    "average": "avg",
    "sum": "sum",
    "min": "min",
    "max": "max",
    "median": "median",
    "standard_deviation": "std_dev",
    "unique_count": "cardinality",
}


def agg_of(id_: str, column: Column, layer: Layer, order: Sequence[str]) -> Agg:
    """The aggregation of a column that asks Elasticsearch; `order` are the ids of all such columns."""
    operation = column["operationType"]
    if operation in _PLAIN:
        params = {"field": column["sourceField"], "empty_as_null": _empty_as_null(column)}
        return Agg(id_, _PLAIN[operation], params, _inner_shift(column))
    if operation not in OPERATIONS:
        raise ValueError(f"Lens operation {operation!r} is not known to the translator")
    return OPERATIONS[operation](id_, column, layer, order)


def _inner_shift(column: Column) -> str:
    """With a filter the shift belongs to the filtered metric around it."""
    return "" if column.get("filter") else column.get("timeShift") or ""


def _empty_as_null(column: Column) -> bool:
    """Shown by Kibana alone, but two columns that differ in it are asked twice."""
    return bool((column.get("params") or {}).get("emptyAsNull"))


def _date_histogram(id_: str, column: Column, _layer: Layer, _order: Sequence[str]) -> Agg:
    params = column.get("params") or {}
    return Agg(
        id_,
        "date_histogram",
        {
            "field": column["sourceField"],
            "interval": params.get("interval") or "auto",
            "empty_rows": bool(params.get("includeEmptyRows")),
        },
    )


def _terms(id_: str, column: Column, layer: Layer, order: Sequence[str]) -> Agg:
    params, field = column["params"], column["sourceField"]
    ordering = params.get("orderBy") or {}
    if ordering.get("type") == "rare":
        return Agg(id_, "rare_terms", {"field": field, "max_doc_count": ordering["maxDocCount"]})
    size = params["size"]
    shared: dict[str, Any] = {
        "field": field,
        "size": size,
        "shard_size": max(_ACCURATE, size * 1.5 + 10) if params.get("accuracyMode") else None,
        "include": params.get("include") or None,
        "exclude": params.get("exclude") or None,
    }
    if ordering.get("type") == "significant":
        return Agg(id_, "significant_terms", shared)
    shared |= {
        "order_by": _order_by(ordering, layer, order),
        "direction": params.get("orderDirection") or "desc",
    }
    if wanted := params.get("orderAgg"):
        shared |= {"order_by": "custom", "order_agg": agg_of(f"{id_}-orderAgg", wanted, layer, order)}
    if others := params.get("secondaryFields"):
        return Agg(id_, "multi_terms", shared | {"fields": [field, *others]})
    shared |= {
        "missing": bool(params.get("otherBucket") and params.get("missingBucket")),
        "include_is_regex": bool(params.get("includeIsRegex")),
        "exclude_is_regex": bool(params.get("excludeIsRegex")),
    }
    return Agg(id_, "terms", shared)


def _order_by(ordering: Mapping[str, Any], layer: Layer, order: Sequence[str]) -> str:
    if ordering.get("type") != "column":
        return "_key"
    column = layer.columns.get(ordering["columnId"])
    if column is None or not _sortable(column):
        return "_key"
    return str(order.index(ordering["columnId"])) if ordering["columnId"] in order else "-1"


def _sortable(column: Column) -> bool:
    """Elasticsearch orders by whole percentiles only."""
    name = {"percentile": "percentile", "percentile_rank": "value"}.get(column["operationType"])
    return name is None or float(column["params"][name]).is_integer()


def _range(id_: str, column: Column, _layer: Layer, _order: Sequence[str]) -> Agg:
    params = column["params"]
    if params.get("type") == "range":
        ranges = [each for each in params["ranges"] if _valid(each)]
        return Agg(id_, "range", {"field": column["sourceField"], "ranges": ranges})
    bars = params.get("maxBars")
    return Agg(
        id_,
        "histogram",
        {
            "field": column["sourceField"],
            "max_bars": bars if isinstance(bars, int | float) else _HISTOGRAM_DEFAULT_BARS,
            "empty_rows": bool(params.get("includeEmptyRows")),
        },
    )


def _valid(limits: Mapping[str, Any]) -> bool:
    low, high = limits.get("from"), limits.get("to")
    return low is None or high is None or low <= high


def _filters(id_: str, column: Column, _layer: Layer, _order: Sequence[str]) -> Agg:
    return Agg(id_, "filters", {"filters": column["params"]["filters"]})


def _count(id_: str, column: Column, _layer: Layer, _order: Sequence[str]) -> Agg:
    shift = "" if column.get("reducedTimeRange") else _inner_shift(column)
    if column["sourceField"] == RECORDS:
        return Agg(id_, "count", {"empty_as_null": _empty_as_null(column)}, shift)
    params = {"field": column["sourceField"], "empty_as_null": _empty_as_null(column)}
    return Agg(id_, "value_count", params, shift)


def _percentile(id_: str, column: Column, _layer: Layer, _order: Sequence[str]) -> Agg:
    params = {"field": column["sourceField"], "percentile": column["params"]["percentile"]}
    return Agg(id_, "percentile", params, _inner_shift(column))


def _percentile_rank(id_: str, column: Column, _layer: Layer, _order: Sequence[str]) -> Agg:
    params = {"field": column["sourceField"], "value": column["params"]["value"]}
    return Agg(id_, "percentile_rank", params, _inner_shift(column))


def _last_value(id_: str, column: Column, _layer: Layer, _order: Sequence[str]) -> Agg:
    kind = "top_hits" if column["params"].get("showArrayValues") else "top_metrics"
    params = {"field": column["sourceField"], "sort_field": column["params"]["sortField"]}
    return Agg(id_, kind, params, _inner_shift(column))


OPERATIONS: Final[dict[str, Callable[[str, Column, Layer, Sequence[str]], Agg]]] = {
    "date_histogram": _date_histogram,
    "terms": _terms,
    "range": _range,
    "filters": _filters,
    "count": _count,
    "percentile": _percentile,
    "percentile_rank": _percentile_rank,
    "last_value": _last_value,
}

"""The least of a saved Lens panel that the translator reads."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kibana.translator.context import Context, DataView
from kibana.translator.fields import Fields
from kibana.translator.lens import lens_requests
from kibana.translator.saved import Panel, References

VIEW = DataView(
    "decisions",
    "opa-decisions",
    "@timestamp",
    Fields(
        {
            "@timestamp": "date",
            "decided_at": "date",
            "action": "keyword",
            "reason": "keyword",
            "gain": "double",
            "n": "long",
            "ok": "boolean",
        }
    ),
)
CONTEXT = Context(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 4, tzinfo=UTC))
WITHIN = {
    "range": {
        "@timestamp": {
            "format": "strict_date_optional_time",
            "gte": "2024-01-01T00:00:00.000Z",
            "lte": "2024-01-04T00:00:00.000Z",
        }
    }
}
COUNT: dict[str, Any] = {"operationType": "count", "sourceField": "___records___", "params": {}}


def of_field(operation: str, field: str = "gain", **rest: Any) -> dict[str, Any]:
    """A metric column."""
    return {"operationType": operation, "sourceField": field, "params": {}, **rest}


def top(field: str = "action", by: str = "", size: int = 3, **params: Any) -> dict[str, Any]:
    """A terms column, ordered by a column or by the alphabet."""
    order = {"type": "column", "columnId": by} if by else {"type": "alphabetical"}
    params = {"size": size, "orderBy": order, "orderDirection": "desc" if by else "asc"} | params
    return {"operationType": "terms", "sourceField": field, "isBucketed": True, "params": params}


def over_time(interval: str = "auto", field: str = "@timestamp", **params: Any) -> dict[str, Any]:
    """A date histogram column."""
    params = {"interval": interval, "includeEmptyRows": True} | params
    return {"operationType": "date_histogram", "sourceField": field, "isBucketed": True, "params": params}


def panel(columns: dict[str, dict[str, Any]], **layer: Any) -> Panel:
    """A table of these columns."""
    stored = {"columnOrder": list(columns), "columns": columns, **layer}
    state = {
        "visualization": {"layerId": "L1", "layerType": "data"},
        "query": {"query": "", "language": "kuery"},
        "filters": [],
        "datasourceStates": {"formBased": {"layers": {"L1": stored}}},
    }
    attributes = {"visualizationType": "lnsDatatable", "state": state}
    references = References({"indexpattern-datasource-layer-L1": VIEW.id})
    return Panel("p", "lens", "", {"attributes": attributes}, references, References({}))


def bodies(columns: dict[str, dict[str, Any]], context: Context = CONTEXT, ask: Any = None, **layer: Any):
    """The search bodies of that table."""
    found = lens_requests("d", panel(columns, **layer), {VIEW.id: VIEW}, context, ask)
    return [each.body for each in found]


def aggs(columns: dict[str, dict[str, Any]], **layer: Any) -> dict[str, Any]:
    """The aggregations of its only request."""
    (body,) = bodies(columns, **layer)
    return body["aggs"]

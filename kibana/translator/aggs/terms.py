"""Top values.

Source: `src/plugins/data/common/search/aggs/buckets/{terms,multi_terms,_terms_order_helper,
migrate_include_exclude_format}.ts`; the shard size is that of elastic/kibana#139791.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kibana.translator import datemath
from kibana.translator.aggs.agg import Agg
from kibana.translator.aggs.plan import Plan, shifted

Body = dict[str, Any]
Placed = Callable[[Agg, Plan], Body]
_STABLE_UP_TO: Final = 10  # sizes up to here share one shard size, so that a longer list keeps its head
_STABLE_SHARD_SIZE: Final = 25


def terms(agg: Agg, plan: Plan, placed: Placed) -> Body:
    """The values of one field."""
    field = plan.view.fields.of(agg.field)
    params: Body = {"field": agg.field}
    order, ordering = _order(agg, plan, placed)
    params["order"] = order
    if agg.params.get("missing") and field.type == "string":
        params["missing"] = "__missing__"
    params |= _sizes(agg)
    for side in ("exclude", "include"):
        if kept := _listed(agg, side, field.type):
            params[side] = kept
    return {"terms": params} | ordering


def multi_terms(agg: Agg, plan: Plan, placed: Placed) -> Body:
    """The values of several fields together."""
    order, ordering = _order(agg, plan, placed)
    fields = [{"field": each} for each in agg.params["fields"]]
    return {"multi_terms": {"terms": fields, "order": order, **_sizes(agg)}} | ordering


def _sizes(agg: Agg) -> Body:
    size = agg.params.get("size") or 5
    if wanted := agg.params.get("shard_size"):
        return {"size": size, "shard_size": wanted}
    return {"size": size} | ({"shard_size": _STABLE_SHARD_SIZE} if size <= _STABLE_UP_TO else {})


def _listed(agg: Agg, side: str, kind: str) -> Any:
    values = agg.params.get(side)
    if not isinstance(values, list):
        return values if kind == "string" else None
    if kind == "number":
        return [each for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    if kind != "string":
        return None
    filled = [each for each in values if each != ""]
    return filled[0] if filled and agg.params.get(f"{side}_is_regex") else filled


def _order(agg: Agg, plan: Plan, placed: Placed) -> tuple[Body, Body]:
    """The order, and the aggregation it needs beside the deeper buckets."""
    direction = agg.params["direction"]
    by = agg.params.get("order_agg") or _response_agg(agg.params["order_by"], plan)
    if by is None:
        return {agg.params["order_by"]: direction}, {}
    if plan.has_shifts() and len(plan.shifts()) > 1:
        by = _at_its_time(by, plan)
    if by.type == "count":
        return {"_count": direction}, {}
    return {_path(by, agg.params["order_by"]): direction}, {"aggs": placed(by, plan)}


def _path(by: Agg, order_by: str) -> str:
    return order_by if by.type == "percentiles" else by.path()


def _response_agg(order_by: str, plan: Plan) -> Agg | None:
    """`getResponseAggById`: the first aggregation whose id begins the name, if it answers under that name."""
    found = next((each for each in plan.requested() if order_by.startswith(each.id)), None)
    if found is None:
        return None
    if found.type == "percentiles":
        names = [f"{found.id}.{each}" for each in found.params["percents"]]
    elif found.type == "std_dev":
        names = [f"{found.id}.std_dev"]
    else:
        names = [found.id]
    return found if order_by in names else None


def _at_its_time(by: Agg, plan: Plan) -> Agg:
    """Among several time shifts an order looks at the metric's own time."""
    start, end = datemath.epoch_ms(plan.context.start), datemath.epoch_ms(plan.context.end)
    shift = plan.shift_of(by)
    limits = {"gte": shifted(start, shift), "lte": shifted(end, shift)}
    window = {"language": "lucene", "query": {"range": {plan.time_fields[0]: limits}}}
    inner = Agg(f"{by.id}-metric", by.type, by.params)
    return Agg(by.id, "filtered", {"filter": window, "metric": inner})

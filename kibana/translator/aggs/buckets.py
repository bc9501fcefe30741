"""Buckets over dates, numbers and filters.

Source: `src/plugins/data/common/search/aggs/buckets/{date_histogram,histogram,range,filters,rare_terms,
significant_terms}.ts`. A parameter that is 0 or false is not written (`BaseParamType.write`).
"""

from __future__ import annotations

from typing import Any

from kibana.translator import datemath, durations, intervals
from kibana.translator.aggs.agg import Agg
from kibana.translator.aggs.numeric_interval import numeric_interval
from kibana.translator.aggs.plan import Plan
from kibana.translator.queries import bool_query

Body = dict[str, Any]


def date_histogram(agg: Agg, plan: Plan) -> Body:
    """Bars over time, stretched over the whole time range where empty rows are wanted."""
    bound = agg.field in plan.time_fields
    wanted = agg.params["interval"]
    settings = plan.context.settings
    knows_range = bound or wanted == intervals.AUTO
    expression = intervals.expression(
        wanted, plan.context.span_ms if knows_range else None, settings.bar_target, settings.max_bars
    )
    params: Body = {
        "field": agg.field,
        **durations.histogram_interval(expression),
        "time_zone": settings.time_zone,
    }
    if not agg.params.get("empty_rows"):
        params["min_doc_count"] = 1
    elif knows_range and not plan.has_shifts():
        params["extended_bounds"] = {
            "min": datemath.epoch_ms(plan.context.start),
            "max": datemath.epoch_ms(plan.context.end),
        }
    return {"date_histogram": params}


def histogram(agg: Agg, plan: Plan) -> Body:
    """Bars over a number, as wide as the least and the greatest value ask for."""
    bounds = plan.bounds.get(agg.field)
    params: Body = {
        "field": agg.field,
        "interval": numeric_interval(
            bounds,
            plan.view.fields.of(agg.field).es_type,
            max_bars=plan.context.settings.max_bars,
            wanted_bars=agg.params.get("max_bars"),
        ),
        "min_doc_count": 0 if agg.params.get("empty_rows") else 1,
    }
    if agg.params.get("empty_rows") and bounds:
        params["extended_bounds"] = {"min": bounds[0], "max": bounds[1]}
    return {"histogram": params}


def range_(agg: Agg, _plan: Plan) -> Body:
    """Ranges of a number; an open end is left out."""
    ranges = [
        {side: each[side] for side in ("from", "to") if each.get(side) is not None}
        for each in agg.params["ranges"]
    ]
    return {"range": {"field": agg.field, "ranges": ranges, "keyed": True}}


def filters(agg: Agg, plan: Plan) -> Body:
    """One bucket per query, under its label, else under its text."""
    queries: Body = {}
    for each in agg.params["filters"]:
        text = each["input"]["query"]
        label = each.get("label") or ("*" if text == "" else str(text))
        queries[label] = bool_query(plan.view.fields, [each["input"]], [], plan.context.settings.time_zone)
    return {"filters": {"filters": queries}}


def rare_terms(agg: Agg, _plan: Plan) -> Body:
    """The values that occur least."""
    return {"rare_terms": {"field": agg.field, "max_doc_count": agg.params["max_doc_count"]}}


def significant_terms(agg: Agg, _plan: Plan) -> Body:
    """The values that stand out."""
    params = {
        key: agg.params[key] for key in ("size", "shard_size", "include", "exclude") if agg.params.get(key)
    }
    return {"significant_terms": {"field": agg.field} | params}

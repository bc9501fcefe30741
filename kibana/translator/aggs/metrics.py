"""Metrics.

Source: `src/plugins/data/common/search/aggs/metrics/*.ts`: `{avg,max,min,sum,cardinality,value_count}`,
`median`, `percentiles`, `single_percentile`, `single_percentile_rank`, `std_deviation`, `top_metrics`,
`top_hit` and `filtered_metric` with `buckets/filter.ts`.
"""

from __future__ import annotations

from typing import Any

from kibana.translator import datemath, durations
from kibana.translator.aggs.agg import Agg
from kibana.translator.aggs.plan import Plan, shifted
from kibana.translator.queries import bool_query

Body = dict[str, Any]


def of_field(agg: Agg, _plan: Plan) -> Body:
    """The metrics that need nothing but their field."""
    names = {"std_dev": "extended_stats"}
    return {names.get(agg.type, agg.type): {"field": agg.field}}


def median(agg: Agg, _plan: Plan) -> Body:
    """The median is the 50th percentile."""
    return {"percentiles": {"field": agg.field, "percents": [50]}}


def percentile(agg: Agg, _plan: Plan) -> Body:
    """One percentile."""
    return {"percentiles": {"field": agg.field, "percents": [agg.params["percentile"]]}}


def percentiles(agg: Agg, _plan: Plan) -> Body:
    """Several percentiles of one field, asked for together."""
    return {"percentiles": {"field": agg.field, "percents": list(agg.params["percents"]), "keyed": False}}


def percentile_rank(agg: Agg, _plan: Plan) -> Body:
    """The share of values below one."""
    return {"percentile_ranks": {"field": agg.field, "values": [agg.params["value"]]}}


def top_metrics(agg: Agg, _plan: Plan) -> Body:
    """The last value of a field with a single value."""
    return {
        "top_metrics": {
            "metrics": {"field": agg.field},
            "size": agg.params.get("size", 1),
            "sort": {agg.params["sort_field"]: agg.params.get("sort_order", "desc")},
        }
    }


def top_hits(agg: Agg, plan: Plan) -> Body:
    """The last document's value or values."""
    date = {"format": "date_time"} if plan.view.fields.of(agg.field).type == "date" else {}
    return {
        "top_hits": {
            "fields": [{"field": agg.field} | date],
            "_source": False,
            "size": agg.params.get("size", 1),
            "sort": [{agg.params["sort_field"]: {"order": agg.params.get("sort_order", "desc")}}],
        }
    }


def filter_of(agg: Agg, plan: Plan) -> Body:
    """The filter of a filtered metric: its query, its reduced time range, or both."""
    wanted, window = agg.params.get("filter"), agg.params.get("window")
    zone = plan.context.settings.time_zone
    query = bool_query(plan.view.fields, [wanted], [], zone) if wanted else None
    length = durations.parse(window) if window else None
    if length is None:
        return query or {}
    end = datemath.from_ms(datemath.epoch_ms(plan.context.end))
    latest = shifted(datemath.epoch_ms(end), plan.shift_of(agg))
    earliest = shifted(datemath.epoch_ms(datemath.parse(latest, end)), length)
    limits = {"format": "strict_date_optional_time", "gte": earliest, "lte": latest}
    within: list[Body] = [{"range": {plan.view.time_field: limits}}]
    return {"bool": {"filter": within + ([query] if query else [])}}

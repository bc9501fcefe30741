"""Aggregations nested into one request.

Source: `AggConfigs.toDsl` in `src/plugins/data/common/search/aggs/agg_configs.ts`, `utils/time_splits.ts`,
`utils/sampler.ts`, `metrics/lib/sibling_pipeline_agg_writer.ts`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from kibana.translator.aggs import buckets, metrics
from kibana.translator.aggs import terms as top
from kibana.translator.aggs.agg import Agg
from kibana.translator.aggs.plan import Plan

Body = dict[str, Any]

KINDS: Final[dict[str, Callable[[Agg, Plan], Body]]] = {
    "terms": lambda agg, plan: top.terms(agg, plan, placed),
    "multi_terms": lambda agg, plan: top.multi_terms(agg, plan, placed),
    "rare_terms": buckets.rare_terms,
    "significant_terms": buckets.significant_terms,
    "date_histogram": buckets.date_histogram,
    "histogram": buckets.histogram,
    "range": buckets.range_,
    "filters": buckets.filters,
    "avg": metrics.of_field,
    "sum": metrics.of_field,
    "min": metrics.of_field,
    "max": metrics.of_field,
    "cardinality": metrics.of_field,
    "value_count": metrics.of_field,
    "std_dev": metrics.of_field,
    "median": metrics.median,
    "percentile": metrics.percentile,
    "percentiles": metrics.percentiles,
    "percentile_rank": metrics.percentile_rank,
    "top_metrics": metrics.top_metrics,
    "top_hits": metrics.top_hits,
}


def placed(agg: Agg, plan: Plan) -> Body:
    """What an aggregation adds to its level: a count nothing, a filtered metric its filter bucket."""
    if agg.type == "count":
        return {}
    if agg.type == "filtered":
        body: Body = {"filter": metrics.filter_of(agg, plan)}
        inner = placed(agg.params["metric"], plan)
        return {f"{agg.id}-bucket": body | ({"aggs": inner} if inner else {})}
    return {agg.id: KINDS[agg.type](agg, plan)}


def tree(plan: Plan, probability: float = 1) -> Body:
    """The `aggs` of a request; with a probability below 1 inside a random sampler."""
    root: Body = {}
    requested = plan.requested()
    writing = sum(each.type != "count" for each in requested)
    several = len(plan.shifts()) > 1
    split_at = next((i for i, each in enumerate(plan.aggs) if _splits(each, plan)), -1)
    level = root
    before: Agg | None = None
    for index, agg in enumerate(requested):
        if before is not None:
            level = level.get(before.id, {}).get("aggs", level)
        if several and _splits(agg, plan):
            level = _split_by_shift(level, plan)
        entries = placed(agg, plan)
        level.update(entries)
        if agg.is_bucket and (index < writing - 1 or split_at > index):
            level[agg.id].setdefault("aggs", {})
        before = agg
    return _sampled(root, probability, plan) if probability != 1 and writing else root


def _splits(agg: Agg, plan: Plan) -> bool:
    """`splitForTimeShift`: at the date histogram, else at the first metric."""
    if not plan.has_shifts():
        return False
    if agg.is_bucket:
        return agg.type == "date_histogram" and agg.field in plan.time_fields
    first = next(each for each in plan.aggs if not each.is_bucket)
    return agg is first and not any(_splits(each, plan) for each in plan.aggs if each.is_bucket)


def _split_by_shift(level: Body, plan: Plan) -> Body:
    ranges = {key: plan.range_filter(plan.time_fields[0], shift) for key, shift in plan.shifts().items()}
    level["time_offset_split"] = {"filters": {"filters": ranges}, "aggs": {}}
    inner: Body = level["time_offset_split"]["aggs"]
    return inner


def _sampled(root: Body, probability: float, plan: Plan) -> Body:
    sampler = {"probability": probability, "seed": plan.context.settings.sampler_seed}
    return {"sampling": {"random_sampler": sampler, "aggs": root}}

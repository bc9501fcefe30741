"""What several columns ask alike is asked once.

Source: `x-pack/plugins/lens/public/datasources/form_based/dedupe_aggs.ts`, `get_group_by_key.ts` and
`optimizeEsAggs` of `operations/definitions/percentile.tsx`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from kibana.translator.aggs import Agg

# The arguments that make two aggregations of a kind the same; kinds that are missing are never merged.
_SAME: Final[dict[str, tuple[str, ...]]] = {
    "count": (),
    "value_count": ("field",),
    "cardinality": ("field",),
    "avg": ("field",),
    "sum": ("field",),
    "min": ("field",),
    "max": ("field",),
    "median": ("field",),
    "std_dev": ("field",),
    "percentile": ("field", "percentile"),
    "top_hits": ("field", "sort_field"),
    "top_metrics": ("field", "sort_field"),
}


def asked_once(aggs: Sequence[Agg]) -> tuple[list[Agg], dict[str, str]]:
    """Equal aggregations merged into the first, then the percentiles of a field into one.

    Returns them with the place of each merged one: `{"3": "1"}`, or `{"2": "1.95"}` for a percentile.
    """
    kept, places = _without_repeats(aggs)
    together = _percentiles_together(kept, places)
    return together, {id_: places.get(place, place) for id_, place in places.items()}


def _without_repeats(aggs: Sequence[Agg]) -> tuple[list[Agg], dict[str, str]]:
    first: dict[str, str] = {}
    renamed: dict[str, str] = {}
    kept: list[Agg] = []
    for each in aggs:
        key = _key(each)
        if key is not None and key in first:
            renamed[each.id] = first[key]
            continue
        if key is not None:
            first[key] = each.id
        kept.append(each)
    return [_reordered(each, renamed) for each in kept], renamed


def _key(agg: Agg) -> str | None:
    metric: Agg = agg.params["metric"] if agg.type == "filtered" else agg
    if metric.type not in _SAME:
        return None
    parts: list[Any] = [metric.type, *(metric.params.get(name) for name in _SAME[metric.type]), agg.shift]
    if metric.type in {"count", "value_count", "cardinality", "sum"}:
        parts.append(bool(metric.params.get("empty_as_null")))
    if agg.type == "filtered":
        parts += ["filtered", agg.params.get("window"), agg.params.get("filter")]
    return json.dumps(parts, sort_keys=True)


def _reordered(agg: Agg, renamed: dict[str, str]) -> Agg:
    if agg.type == "terms" and agg.params["order_by"] in renamed:
        return replace(agg, params={**agg.params, "order_by": renamed[agg.params["order_by"]]})
    return agg


def _percentiles_together(aggs: list[Agg], places: dict[str, str]) -> list[Agg]:
    groups: dict[tuple[str, str], list[Agg]] = {}
    for each in aggs:
        if each.type == "percentile":
            groups.setdefault((each.field, each.shift), []).append(each)
    for group in groups.values():
        if len(group) > 1:
            aggs = _merged(aggs, group, places)
    return aggs


def _merged(aggs: list[Agg], group: list[Agg], places: dict[str, str]) -> list[Agg]:
    head = group[0]
    percents = [each.params["percentile"] for each in group]
    renamed = {each.id: f"{head.id}.{each.params['percentile']}" for each in group}
    places |= renamed
    rest = [_reordered(each, renamed) for each in aggs if each not in group]
    return [*rest, Agg(head.id, "percentiles", {"field": head.field, "percents": percents}, head.shift)]

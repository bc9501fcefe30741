"""Queries and filters into one `bool` query.

Source: `packages/kbn-es-query/src/es_query/{build_es_query,from_kuery,from_lucene,from_filters,
handle_combined_filter,migrate_filter}.ts` with the default advanced settings (leading wildcards allowed,
`query_string` analyses wildcards).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kibana.translator.fields import Fields
from kibana.translator.kuery import dsl, parse

Query = dict[str, Any]
Filter = Mapping[str, Any]
_OWN_KEYS = frozenset({"meta", "query", "$state"})


def bool_query(
    fields: Fields | None, queries: Sequence[Mapping[str, Any]], filters: Sequence[Filter], time_zone: str
) -> Query:
    """`buildEsQuery`: KQL first, then the filters, what matches everything left out."""
    kuery = [
        dsl(parse(each["query"]), fields, time_zone) for each in queries if each.get("language") == "kuery"
    ]
    lucene = [_lucene(each["query"], time_zone) for each in queries if each.get("language") == "lucene"]
    kept, negated = from_filters(filters)
    return {
        "bool": {
            "must": _without_match_all(lucene),
            "filter": _without_match_all([*kuery, *kept]),
            "should": [],
            "must_not": negated,
        }
    }


def from_filters(filters: Sequence[Filter]) -> tuple[list[Query], list[Query]]:
    """`buildQueryFromFilters`: what must and what must not match."""
    enabled = [each for each in filters if not each.get("meta", {}).get("disabled")]
    kept = [_query_of(each) for each in enabled if not each.get("meta", {}).get("negate")]
    return kept, [_query_of(each) for each in enabled if each.get("meta", {}).get("negate")]


def _query_of(saved: Filter) -> Query:
    meta = saved.get("meta", {})
    if meta.get("type") == "combined":
        return _combined(meta)
    query = dict(saved.get("query") or {})
    if not query:
        query = {key: value for key, value in saved.items() if key not in _OWN_KEYS}
    return query


def _combined(meta: Mapping[str, Any]) -> Query:
    def branch(filters: Sequence[Filter]) -> Query:
        kept, negated = from_filters(filters)
        return {"bool": {"must": [], "filter": kept, "should": [], "must_not": negated}}

    if meta.get("relation") == "AND":
        return branch(meta["params"])
    return {"bool": {"should": [branch([each]) for each in meta["params"]], "minimum_should_match": 1}}


def _lucene(query: str | Mapping[str, Any], time_zone: str) -> Query:
    if not isinstance(query, str):
        return dict(query)
    if not query.strip():
        return {"match_all": {}}
    return {"query_string": {"query": query, "analyze_wildcard": True, "time_zone": time_zone}}


def _without_match_all(queries: list[Query]) -> list[Query]:
    return [each for each in queries if each != {"match_all": {}}]

"""A rule as a question to Elasticsearch, and its answer.

Kibana groups with `multi_terms` and compares in a script; neither is in every Elasticsearch, so the same
groups are asked for with `composite` and compared here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kibana.alerts.rule import SERIES, Finding, Firing, Moment, Rule, Watched

_MOST_GROUPS: Final = 1_000


def question(rule: Rule, watched: Watched, moment: Moment) -> dict[str, Any]:
    """The search body: the rule's filters inside its window, counted by group, with each newest document."""
    within = {"range": {"@timestamp": {"gte": moment.ago(0, rule.window_s), "lte": moment.ago(0)}}}
    return {
        "size": 0,
        "query": {"bool": {"filter": [within, *rule.query(watched, moment)]}},
        "aggs": {
            "groups": {
                "composite": {
                    "size": _MOST_GROUPS,
                    "sources": [{name: {"terms": {"field": name}}} for name in rule.group],
                },
                "aggs": {"newest": {"top_hits": {"size": 1, "sort": [{"@timestamp": "desc"}]}}},
            }
        },
    }


def firings(rule: Rule, answer: Mapping[str, Any], moment: Moment, exchange: str) -> list[Firing]:
    """For which groups the rule holds."""
    found = {each.group: each for each in _findings(rule, answer, moment)}
    if rule.expected:
        missing = [Finding(name, 0, {}, moment) for name in rule.expected if name not in found]
        return [_firing(rule, each, exchange) for each in missing]
    return [_firing(rule, each, exchange) for each in found.values() if each.count > rule.above]


def _findings(rule: Rule, answer: Mapping[str, Any], moment: Moment) -> Iterator[Finding]:
    """`{"aggregations": {"groups": {"buckets": [{"key": {...}, "doc_count": 3, "newest": {...}}]}}}`."""
    for bucket in answer["aggregations"]["groups"]["buckets"]:
        newest = bucket["newest"]["hits"]["hits"][0]["_source"]
        group = ",".join(str(bucket["key"][name]) for name in rule.group)
        yield Finding(group, bucket["doc_count"], newest, moment)


def _firing(rule: Rule, found: Finding, exchange: str) -> Firing:
    market = found.group.split(",") if rule.group == SERIES else [exchange]
    names = ("exchange", "symbol", "interval")
    return Firing(found.group, rule.says(found), float(found.count), dict(zip(names, market, strict=False)))

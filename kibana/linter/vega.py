"""Vega specs: aliases, fields and aggregations that exist, the dashboard's filters, nothing too new."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kibana.linter.reading import FIELDS, Export, Finding, Json, nested

SCHEMAS: Final = (
    "https://vega.github.io/schema/vega-lite/v5.json",
    "https://vega.github.io/schema/vega/v5.json",
)
ALLOWED: Final = {
    *("date_histogram", "histogram", "terms", "filter", "filters", "range", "top_hits", "composite"),
    *("avg", "sum", "min", "max", "stats", "extended_stats", "percentiles", "percentile_ranks"),
    *("cardinality", "value_count", "weighted_avg", "missing"),
}
# Keys that came after Vega-Lite 5.2.0: the transform `extent` with its `param` (vega-lite#8940) and what
# came with it. The rest is found by drawing every spec with the libraries in Kibana's versions.
NEWER: Final = ({"extent", "param"}, {"tooltipFormat"})
_FIELD = re.compile(r"""_source(?:\.|\[['"])([@\w]+(?:\.\w+)*)""")


def sources(spec: Json) -> Iterator[Json]:
    """Every `data.url` that asks Elasticsearch."""
    for each in nested(spec):
        url = each.get("url")
        if isinstance(url, dict):
            yield url


def indices(source: Json) -> list[str]:
    """The aliases that a source asks; Elasticsearch takes several at once."""
    return str(source.get("index", "")).split(",")


def specs_name_what_exists(export: Export) -> Iterator[Finding]:
    """Aliases, and the fields of bodies and of `datum._source`, are in the mappings."""
    for panel in export.panels:
        if panel.type != "vega":
            continue
        asked = list(sources(panel.spec))
        for source in asked:
            if absent := [each for each in indices(source) if each not in FIELDS]:
                yield Finding(panel.place, f"no alias {', '.join(absent)}")
                continue
            for name in sorted(set(body_fields(source["body"]))):
                if not all(_known(name, [each]) for each in indices(source)):
                    yield Finding(panel.place, f"no field {name} in {source['index']}")
        views = [each for source in asked for each in indices(source)]
        for name in sorted(set(_FIELD.findall(str(panel.spec).replace("\\'", "'")))):
            if not _known(name, views):
                yield Finding(panel.place, f"no field {name} in {' or '.join(views)}")


def specs_follow_the_dashboard(export: Export) -> Iterator[Finding]:
    """A source takes the time range, and the controls or none of them; `%context%` excludes a query."""
    for panel in export.panels:
        if panel.type != "vega":
            continue
        for source in sources(panel.spec):
            own = "query" in source["body"]
            if source.get("%context%") and own:
                yield Finding(panel.place, "%context% and body.query exclude one another")
            if own and "%timefilter%" not in str(source["body"]["query"]):
                yield Finding(panel.place, "its query does not follow the time range")
            if not own and not (source.get("%context%") and source.get("%timefield%") == "@timestamp"):
                yield Finding(panel.place, "neither a query nor %context% with %timefield%")
            clauses = [each for each in ("must", "filter", "must_not") if f"_context-{each}_" in str(source)]
            if clauses and len(clauses) < 3:
                yield Finding(panel.place, f"only some of the dashboard's clauses: {clauses}")


def specs_are_old_enough(export: Export) -> Iterator[Finding]:
    """Kibana 8.12.2 carries Vega 5.24.0 and Vega-Lite 5.2.0 and loads nothing from outside."""
    for panel in export.panels:
        if panel.type != "vega":
            continue
        if panel.spec.get("$schema") not in SCHEMAS:
            yield Finding(panel.place, f"$schema {panel.spec.get('$schema')}")
        if any(isinstance(each.get("url"), str) for each in nested(panel.spec)):
            yield Finding(panel.place, "a URL outside Elasticsearch: Kibana refuses it")
        for each in nested(panel.spec):
            for keys in NEWER:
                if keys <= set(each):
                    yield Finding(panel.place, f"{sorted(keys)} is newer than Vega-Lite 5.2")


def specs_aggregate_what_all_can(export: Export) -> Iterator[Finding]:
    """Aggregations of the minimal Elasticsearch, at most 10,000 hits, no scripts."""
    for panel in export.panels:
        for source in sources(panel.spec) if panel.type == "vega" else ():
            body = source["body"]
            if int(body.get("size", 10)) > 10_000:
                yield Finding(panel.place, "more than index.max_result_window hits")
            if any("script" in each or "runtime_mappings" in each for each in nested(body)):
                yield Finding(panel.place, "scripts are absent from the minimal server")
            for kind in aggregations(body):
                if kind not in ALLOWED:
                    yield Finding(panel.place, f"aggregation {kind}")


def aggregations(body: Json) -> Iterator[str]:
    """The kinds of all aggregations of a request."""
    for each in nested(body):
        for named in (each.get("aggs"), each.get("aggregations")):
            for aggregation in named.values() if isinstance(named, dict) else ():
                yield from (kind for kind in aggregation if kind not in {"aggs", "aggregations", "meta"})


def body_fields(body: Json) -> Iterator[str]:
    """Every field that a request names."""
    for each in nested(body):
        if isinstance(each.get("field"), str):
            yield each["field"]
        for clause in ("term", "terms", "range", "match", "match_phrase", "prefix"):
            inner = each.get(clause)
            if isinstance(inner, dict) and "field" not in inner:
                yield from (name for name in inner if name != "boost")
        yield from _sorted(each.get("sort"))
        shown = each.get("_source")
        yield from [shown] if isinstance(shown, str) else [] if not isinstance(shown, list) else shown


def _sorted(sort: object) -> Iterator[str]:
    for each in sort if isinstance(sort, list) else [sort] if isinstance(sort, dict) else []:
        yield from each if isinstance(each, dict) else [each]


def _known(name: str, views: list[str]) -> bool:
    return name in {"_source", "_index", "_key", "_count"} or any(
        known == name or known.startswith(f"{name}.") or _inside_object(known, name, view)
        for view in views
        for known in FIELDS.get(view, {})
    )


def _inside_object(known: str, name: str, view: str) -> bool:
    return FIELDS[view][known].type == "object" and name.startswith(f"{known}.")

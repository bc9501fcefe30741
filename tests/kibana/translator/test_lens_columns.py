"""Each Lens column becomes the aggregation that Kibana makes of it."""

from dataclasses import replace

import pytest

from tests.kibana.translator.panels import (
    CONTEXT,
    COUNT,
    WITHIN,
    aggs,
    bodies,
    of_field,
    over_time,
    top,
)

KUERY = {"query": "action: BUY", "language": "kuery"}
BUY = {
    "bool": {
        "must": [],
        "filter": [{"bool": {"should": [{"term": {"action": {"value": "BUY"}}}], "minimum_should_match": 1}}],
        "should": [],
        "must_not": [],
    }
}


@pytest.mark.parametrize(
    ("operation", "params", "written"),
    [
        ("average", {}, {"avg": {"field": "gain"}}),
        ("sum", {}, {"sum": {"field": "gain"}}),
        ("min", {}, {"min": {"field": "gain"}}),
        ("max", {}, {"max": {"field": "gain"}}),
        ("unique_count", {}, {"cardinality": {"field": "gain"}}),
        ("count", {}, {"value_count": {"field": "gain"}}),
        ("standard_deviation", {}, {"extended_stats": {"field": "gain"}}),
        ("median", {}, {"percentiles": {"field": "gain", "percents": [50]}}),
        ("percentile", {"percentile": 95}, {"percentiles": {"field": "gain", "percents": [95]}}),
        ("percentile_rank", {"value": 3}, {"percentile_ranks": {"field": "gain", "values": [3]}}),
        (
            "last_value",
            {"sortField": "@timestamp", "showArrayValues": False},
            {"top_metrics": {"metrics": {"field": "gain"}, "size": 1, "sort": {"@timestamp": "desc"}}},
        ),
        (
            "last_value",
            {"sortField": "@timestamp", "showArrayValues": True},
            {
                "top_hits": {
                    "fields": [{"field": "gain"}],
                    "_source": False,
                    "size": 1,
                    "sort": [{"@timestamp": {"order": "desc"}}],
                }
            },
        ),
    ],
)
def test_a_metric_is_asked_under_the_place_of_its_column(operation, params, written):
    assert aggs({"m": of_field(operation, params=params)}) == {"0": written}


def test_the_last_value_of_a_date_is_asked_in_a_readable_format():
    column = of_field("last_value", "decided_at", params={"sortField": "@timestamp", "showArrayValues": True})
    assert aggs({"m": column})["0"]["top_hits"]["fields"] == [{"field": "decided_at", "format": "date_time"}]


def test_a_count_of_records_asks_nothing_but_the_total():
    (body,) = bodies({"m": COUNT})
    assert body["aggs"] == {}
    assert body["size"] == 0
    assert body["query"]["bool"]["filter"] == [WITHIN]


def test_a_filtered_metric_stands_in_a_filter_bucket():
    assert aggs({"m": of_field("average", filter=KUERY), "c": COUNT | {"filter": KUERY}}) == {
        "0-bucket": {"filter": BUY, "aggs": {"0-metric": {"avg": {"field": "gain"}}}},
        "1-bucket": {"filter": BUY},
    }


def test_a_reduced_time_range_looks_at_the_end_of_the_range():
    column = of_field("average", reducedTimeRange="1h")
    within = {
        "format": "strict_date_optional_time",
        "gte": "2024-01-03T23:00:00.000Z",
        "lte": "2024-01-04T00:00:00.000Z",
    }
    assert aggs({"m": column})["0-bucket"]["filter"] == {
        "bool": {"filter": [{"range": {"@timestamp": within}}]}
    }
    assert aggs({"x": over_time(), "m": column})["0"]["aggs"] == {"1": {"avg": {"field": "gain"}}}


def test_top_values_are_ordered_by_count_by_a_metric_or_by_the_alphabet():
    assert aggs({"t": top(by="c"), "c": COUNT})["0"]["terms"]["order"] == {"_count": "desc"}
    assert aggs({"t": top(), "c": COUNT})["0"]["terms"]["order"] == {"_key": "asc"}
    by_metric = aggs({"t": top(by="m"), "m": of_field("average")})["0"]
    assert by_metric["terms"]["order"] == {"1": "desc"}
    assert by_metric["aggs"] == {"1": {"avg": {"field": "gain"}}}


@pytest.mark.parametrize(
    ("operation", "params", "path"),
    [
        ("median", {}, "1.50"),
        ("percentile", {"percentile": 95}, "1.95"),
        ("percentile", {"percentile": 99.9}, "_key"),
        ("percentile_rank", {"value": 3}, "1.3"),
        ("last_value", {"sortField": "@timestamp"}, "1[gain]"),
    ],
)
def test_an_order_names_the_value_inside_the_metric(operation, params, path):
    columns = {"t": top(by="m"), "m": of_field(operation, params=params)}
    assert aggs(columns)["0"]["terms"]["order"] == {path: "desc"}


def test_an_order_by_a_filtered_metric_repeats_it_above_the_deeper_buckets():
    columns = {"t": top(by="m"), "x": over_time(), "m": of_field("average", filter=KUERY)}
    bucket = {"2-bucket": {"filter": BUY, "aggs": {"2-metric": {"avg": {"field": "gain"}}}}}
    found = aggs(columns)["0"]
    assert found["terms"]["order"] == {"2-bucket>2-metric": "desc"}
    assert found["aggs"]["2-bucket"] == bucket["2-bucket"]
    assert found["aggs"]["1"]["aggs"] == bucket


@pytest.mark.parametrize(("size", "shard_size"), [(3, 25), (10, 25), (11, None), (100, None)])
def test_short_lists_share_one_shard_size(size, shard_size):
    assert aggs({"t": top(size=size), "c": COUNT})["0"]["terms"].get("shard_size") == shard_size


def test_an_accurate_list_asks_every_shard_for_a_thousand():
    assert aggs({"t": top(accuracyMode=True), "c": COUNT})["0"]["terms"]["shard_size"] == 1000


def test_lists_may_include_and_exclude_by_value_or_by_expression():
    terms = aggs({"t": top(include=["BUY", ""], exclude=["HO.*"], excludeIsRegex=True), "c": COUNT})["0"][
        "terms"
    ]
    assert (terms["include"], terms["exclude"]) == (["BUY"], "HO.*")
    numbers = aggs({"t": top("n", include=[1, "2"]), "c": COUNT})["0"]["terms"]
    assert numbers["include"] == [1]


def test_missing_values_are_asked_for_only_beside_the_other_bucket():
    wanted = {"missingBucket": True}
    assert "missing" not in aggs({"t": top(**wanted), "c": COUNT})["0"]["terms"]
    terms = aggs({"t": top(**wanted, otherBucket=True), "c": COUNT})["0"]["terms"]
    assert terms["missing"] == "__missing__"
    assert "missing" not in aggs({"t": top("n", **wanted, otherBucket=True), "c": COUNT})["0"]["terms"]


def test_several_fields_make_multi_terms():
    found = aggs({"t": top(by="c", secondaryFields=["reason"]), "c": COUNT})["0"]["multi_terms"]
    assert found == {
        "terms": [{"field": "action"}, {"field": "reason"}],
        "order": {"_count": "desc"},
        "size": 3,
        "shard_size": 25,
    }


def test_rare_values_are_asked_by_their_greatest_count():
    column = top(orderBy={"type": "rare", "maxDocCount": 2})
    assert aggs({"t": column, "c": COUNT})["0"] == {"rare_terms": {"field": "action", "max_doc_count": 2}}


def test_bars_over_time_are_stretched_only_where_empty_rows_are_wanted():
    stretched = aggs({"x": over_time(), "c": COUNT})["0"]["date_histogram"]
    assert stretched == {
        "field": "@timestamp",
        "calendar_interval": "1h",
        "time_zone": "UTC",
        "extended_bounds": {"min": 1704067200000, "max": 1704326400000},
    }
    plain = aggs({"x": over_time("6h", includeEmptyRows=False), "c": COUNT})["0"]["date_histogram"]
    assert plain == {"field": "@timestamp", "fixed_interval": "6h", "time_zone": "UTC", "min_doc_count": 1}


def test_the_time_range_binds_the_field_of_the_time_axis():
    (body,) = bodies({"x": over_time(field="decided_at"), "c": COUNT})
    (within,) = body["query"]["bool"]["filter"]
    assert list(within["range"]) == ["decided_at"]
    (unbound,) = bodies({"x": over_time("1h", field="decided_at", ignoreTimeRange=True), "c": COUNT})
    assert unbound["query"]["bool"]["filter"] == [WITHIN]
    assert "extended_bounds" not in unbound["aggs"]["0"]["date_histogram"]


def test_ranges_and_filters_are_written_as_they_are():
    ranges = {
        "operationType": "range",
        "sourceField": "gain",
        "isBucketed": True,
        "params": {"type": "range", "ranges": [{"from": None, "to": 0, "label": ""}, {"from": 5, "to": 1}]},
    }
    assert aggs({"r": ranges, "c": COUNT})["0"] == {
        "range": {"field": "gain", "ranges": [{"to": 0}], "keyed": True}
    }
    filters = {
        "operationType": "filters",
        "isBucketed": True,
        "params": {
            "filters": [{"input": KUERY, "label": "bought"}, {"input": {**KUERY, "query": ""}, "label": ""}]
        },
    }
    written = aggs({"f": filters, "c": COUNT})["0"]["filters"]["filters"]
    assert written["bought"] == BUY
    assert written["*"]["bool"]["filter"] == []


def test_bars_over_a_number_first_ask_for_its_bounds():
    column = {
        "operationType": "range",
        "sourceField": "gain",
        "isBucketed": True,
        "params": {"type": "histogram", "maxBars": "auto", "ranges": [], "includeEmptyRows": True},
    }
    asked = []

    def ask(request):
        asked.append(request.body["aggs"])
        return {"aggregations": {"minAgg": {"value": -3.0}, "maxAgg": {"value": 3.0}}}

    first, second = bodies({"x": column, "c": COUNT}, ask=ask)
    assert (
        first["aggs"]
        == asked[0]
        == {"maxAgg": {"max": {"field": "gain"}}, "minAgg": {"min": {"field": "gain"}}}
    )
    assert second["aggs"]["0"]["histogram"] == {
        "field": "gain",
        "interval": pytest.approx(0.2),
        "min_doc_count": 0,
        "extended_bounds": {"min": -3.0, "max": 3.0},
    }


def test_equal_columns_are_asked_once_and_percentiles_together():
    columns = {
        "t": top(by="again"),
        "m": of_field("average"),
        "again": of_field("average"),
        "p50": of_field("percentile", params={"percentile": 50}),
        "p95": of_field("percentile", params={"percentile": 95}),
    }
    found = aggs(columns)["0"]
    assert found["terms"]["order"] == {"1": "desc"}
    assert found["aggs"] == {
        "1": {"avg": {"field": "gain"}},
        "3": {"percentiles": {"field": "gain", "percents": [50, 95], "keyed": False}},
    }


def test_columns_that_kibana_computes_ask_nothing_but_their_parts():
    columns = {
        "f": {"operationType": "formula", "references": ["fX1"], "filter": KUERY, "params": {}},
        "fX0": of_field("average"),
        "fX1": {"operationType": "math", "references": ["fX0"], "params": {"tinymathAst": "fX0"}},
        "s": {"operationType": "static_value", "references": [], "params": {"value": "3"}},
    }
    filtered = {"0-metric": {"avg": {"field": "gain"}}}
    assert aggs(columns) == {"0-bucket": {"filter": BUY, "aggs": filtered}}


def test_a_layer_without_global_filters_keeps_the_time_range_alone():
    filtered = replace(CONTEXT, filters=[{"meta": {}, "query": {"match_phrase": {"action": "BUY"}}}])
    (bound,) = bodies({"m": COUNT}, filtered)
    assert bound["query"]["bool"]["filter"] == [{"match_phrase": {"action": "BUY"}}, WITHIN]
    (free,) = bodies({"m": COUNT}, filtered, ignoreGlobalFilters=True)
    assert free["query"]["bool"]["filter"] == [WITHIN]


def test_a_sampled_layer_asks_inside_a_random_sampler():
    found = aggs({"m": of_field("average")}, sampling=0.1)
    assert found["sampling"]["random_sampler"]["probability"] == 0.1
    assert found["sampling"]["aggs"] == {"0": {"avg": {"field": "gain"}}}

"""The placeholders of a Vega source become the dashboard's query and time range."""

import json
from datetime import UTC, datetime

import pytest

from kibana.translator.context import Context, DataView
from kibana.translator.fields import Fields
from kibana.translator.hjson import read_spec
from kibana.translator.saved import Panel, References
from kibana.translator.vega import vega_requests

VIEW = DataView("view", "opa-klines", "@timestamp", Fields({"@timestamp": "date", "symbol": "keyword"}))
CHOSEN = {"meta": {"index": "view"}, "query": {"match_phrase": {"symbol": "BTCUSDT"}}}
CONTEXT = Context(
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2024, 1, 4, tzinfo=UTC),
    [{"query": "symbol: B*", "language": "kuery"}],
    [CHOSEN, {"meta": {"index": "view", "negate": True}, "query": {"exists": {"field": "x"}}}],
)
QUERY = {"bool": {"should": [{"wildcard": {"symbol": {"value": "B*"}}}], "minimum_should_match": 1}}
KEPT = [{"bool": {"filter": [QUERY]}}, {"match_phrase": {"symbol": "BTCUSDT"}}]
RANGE = {
    "gte": "2024-01-01T00:00:00.000Z",
    "lte": "2024-01-04T00:00:00.000Z",
    "format": "strict_date_optional_time",
}


def sources(*urls, spec=None):
    spec = spec or {"data": [{"name": f"d{n}", "url": url} for n, url in enumerate(urls)]}
    vis = {"type": "vega", "params": {"spec": spec if isinstance(spec, str) else json.dumps(spec)}}
    panel = Panel("p", "visualization", "", {"savedVis": vis}, References({}), References({}))
    return vega_requests("d", panel, {"view": VIEW}, CONTEXT)


def body(url):
    (request,) = sources(url)
    return request.body


def test_context_and_time_field_bind_the_source_to_the_dashboard():
    found = body({"%context%": True, "%timefield%": "@timestamp", "index": "opa-klines", "body": {"size": 5}})
    bool_ = found["query"]["bool"]
    assert bool_["must"] == [{"range": {"@timestamp": RANGE}}]
    assert bool_["filter"][-1] == KEPT[-1]
    assert bool_["must_not"] == [{"exists": {"field": "x"}}]
    assert (found["size"], found["runtime_mappings"]) == (5, {})


def test_a_time_field_alone_binds_the_time_range_alone():
    found = body({"%timefield%": "@timestamp", "index": "opa-klines"})
    assert found["query"] == {"range": {"@timestamp": RANGE}}


def test_clauses_are_spread_into_the_lists_they_stand_in():
    query = {
        "bool": {
            "must": ["%dashboard_context-must_clause%", {"range": {"@timestamp": {"%timefilter%": True}}}],
            "filter": ["%dashboard_context-filter_clause%", {"term": {"a": 1}}],
            "must_not": ["%dashboard_context-must_not_clause%"],
        }
    }
    bool_ = body({"index": "opa-klines", "body": {"query": query}})["query"]["bool"]
    assert bool_["must"] == [{"range": {"@timestamp": RANGE}}]
    assert bool_["filter"][-2:] == [KEPT[-1], {"term": {"a": 1}}]
    assert bool_["must_not"] == [{"exists": {"field": "x"}}]


def test_bounds_and_shifts_are_instants():
    limits = {
        "min": {"%timefilter%": "min"},
        "max": {"%timefilter%": "max", "shift": -1, "unit": "hour"},
    }
    over = {"date_histogram": {"field": "@timestamp", "interval": "1d", "extended_bounds": limits}}
    found = body({"index": "opa-klines", "body": {"aggs": {"x": over}}})
    assert found["aggs"]["x"]["date_histogram"] == {
        "field": "@timestamp",
        "calendar_interval": "1d",
        "extended_bounds": {"min": 1704067200000, "max": 1704326400000 - 3_600_000},
    }


@pytest.mark.parametrize(
    ("bars", "interval"),
    [
        (True, {"calendar_interval": "1h"}),
        (20, {"fixed_interval": "3h"}),
        (3, {"fixed_interval": "12h"}),
        (2, {"fixed_interval": "24h"}),
        (10_000, {"fixed_interval": "30s"}),
    ],
)
def test_an_automatic_interval_gives_about_so_many_bars(bars, interval):
    over = {"date_histogram": {"field": "@timestamp", "interval": {"%autointerval%": bars}}}
    found = body({"index": "opa-klines", "body": {"aggs": {"x": over}}})
    assert found["aggs"]["x"]["date_histogram"] == {"field": "@timestamp", **interval}


def test_every_source_is_asked_and_named_wherever_it_stands():
    layers = [{"data": {"name": each, "url": {"index": each}}} for each in ("a", "b")]
    spec = {"layer": layers, "data": {"url": "https://elsewhere"}}
    assert [(each.part, each.index) for each in sources(spec=spec)] == [("a", "a"), ("b", "b")]


def test_a_context_beside_an_own_query_is_refused_as_kibana_does():
    with pytest.raises(ValueError, match="must not be used"):
        body({"%context%": True, "index": "x", "body": {"query": {"match_all": {}}}})


def test_an_index_without_a_data_view_gets_no_runtime_mappings():
    assert "runtime_mappings" not in body({"index": "other"})


def test_a_spec_may_be_written_in_hjson():
    text = """
    # a comment
    {
      $schema: https://vega.github.io/schema/vega-lite/v5.json
      data: { url: { index: "opa-klines", body: { size: 3 } } }  // another
      'mark': bar
      list: [1, two,
        null /* three */]
      text: '''
        of two
        lines
        '''
    }"""
    spec = read_spec(text)
    assert spec["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json"
    assert spec["data"]["url"] == {"index": "opa-klines", "body": {"size": 3}}
    assert spec["mark"] == "bar"
    assert spec["text"] == "of two\nlines"
    assert spec["list"][0] == 1

"""What a dashboard as a whole asks: controls one after another, saved searches, panels from the library."""

import json

import pytest

from kibana.translator.dashboard import Export
from tests.kibana.translator.dashboards import (
    NOW,
    TYPES,
    VIEW,
    control,
    dashboard,
    filters,
    lens_entry,
    requests,
)

BTC = {"match_phrase": {"market.symbol": "BTCUSDT"}}


def test_the_dashboards_query_and_filters_come_before_the_panels_own():
    entry = lens_entry()
    entry["embeddableConfig"]["attributes"]["state"] |= {
        "query": {"query": "ok: true", "language": "kuery"},
        "filters": [{"meta": {"disabled": True}, "query": {"exists": {"field": "x"}}}],
    }
    source = {
        "query": {"query": "gain > 1", "language": "kuery"},
        "filter": [{"meta": {}, "query": {"exists": {"field": "gain"}}}],
    }
    saved = dashboard(
        {"a": control(0, selectedOptions=["BTCUSDT"])},
        [entry],
        kibanaSavedObjectMeta={"searchSourceJSON": json.dumps(source)},
    )
    gain, ok, exists, chosen = filters(requests(saved)[1])
    assert gain["bool"]["should"] == [{"range": {"gain": {"gt": "1"}}}]
    assert ok["bool"]["should"] == [{"match": {"ok": True}}]
    assert (exists, chosen) == ({"exists": {"field": "gain"}}, BTC)


def test_a_panel_may_have_a_time_range_of_its_own():
    entry = lens_entry(timeRange={"from": "now-7d/d", "to": "now/d"})
    (request,) = requests(dashboard(panels=[entry]))
    (within,) = filters(request)
    assert within["range"]["@timestamp"]["gte"] == "2023-12-28T00:00:00.000Z"
    assert within["range"]["@timestamp"]["lte"] == "2024-01-04T23:59:59.999Z"


def test_a_panel_from_the_library_is_asked_like_one_by_value():
    by_value = lens_entry()
    kept = {
        "type": "lens",
        "id": "kept",
        "attributes": by_value["embeddableConfig"]["attributes"],
        "references": by_value["embeddableConfig"]["attributes"]["references"],
    }
    entry = {"panelIndex": "p", "type": "lens", "panelRefName": "panel_p", "embeddableConfig": {}}
    references = [{"type": "lens", "id": "kept", "name": "p:panel_p"}]
    (request,) = requests(dashboard(panels=[entry], references=references), kept)
    assert request == requests(dashboard(panels=[by_value]))[0]


def test_a_saved_search_asks_for_the_newest_documents_with_all_their_fields():
    source = {
        "query": {"query": "ok: true", "language": "kuery"},
        "filter": [],
        "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
    }
    search = {
        "type": "search",
        "id": "s",
        "attributes": {
            "columns": ["gain"],
            "sort": [["@timestamp", "desc"]],
            "kibanaSavedObjectMeta": {"searchSourceJSON": json.dumps(source)},
        },
        "references": [{"type": "index-pattern", "id": "view", "name": source["indexRefName"]}],
    }
    entry = {"panelIndex": "p", "type": "search", "panelRefName": "panel_p", "embeddableConfig": {}}
    references = [{"type": "search", "id": "s", "name": "p:panel_p"}]
    (request,) = requests(dashboard(panels=[entry], references=references), search)
    assert request.body["sort"] == [
        {"@timestamp": {"order": "desc", "format": "strict_date_optional_time", "unmapped_type": "boolean"}},
        {"_doc": {"order": "desc", "unmapped_type": "boolean"}},
    ]
    assert request.body["fields"] == [
        {"field": "*", "include_unmapped": "true"},
        {"field": "@timestamp", "format": "strict_date_optional_time"},
    ]
    assert (request.body["size"], request.body["_source"]) == (500, False)
    assert "highlight" not in request.body
    filtered = dashboard({"a": control(0, selectedOptions=["BTCUSDT"])}, [entry], references)
    assert requests(filtered, search)[1].body["highlight"]["fields"] == {"*": {}}


def test_markdown_links_and_layers_without_a_metric_ask_nothing():
    entry = lens_entry()
    state = entry["embeddableConfig"]["attributes"]["state"]
    entry["embeddableConfig"]["attributes"]["visualizationType"] = "lnsXY"
    state["visualization"] = {"layers": [{"layerId": "L1", "layerType": "data", "accessors": []}]}
    others = [
        {"panelIndex": "l", "type": "links", "embeddableConfig": {}},
        {"panelIndex": "m", "type": "visualization", "embeddableConfig": {"savedVis": {"type": "markdown"}}},
    ]
    assert requests(dashboard(panels=[entry, *others])) == []


@pytest.mark.parametrize(
    ("layer", "count"),
    [
        ({"metrics": ["m"], "primaryGroups": []}, 0),
        ({"metrics": ["m"], "primaryGroups": [], "allowMultipleMetrics": True}, 1),
        ({"metrics": ["m"], "primaryGroups": ["t"]}, 1),
        ({"metrics": [], "primaryGroups": ["t"]}, 0),
    ],
)
def test_a_donut_needs_metrics_and_something_that_divides_them(layer, count):
    """`expressionHelper` of `lens/public/visualizations/partition/to_expression.ts`."""
    entry = lens_entry()
    attributes = entry["embeddableConfig"]["attributes"]
    attributes["visualizationType"] = "lnsPie"
    attributes["state"]["visualization"] = {"shape": "donut", "layers": [{"layerId": "L1", **layer}]}
    assert len(requests(dashboard(panels=[entry]))) == count


def test_an_index_that_nobody_describes_gets_its_fields_from_the_panels():
    entry = lens_entry()
    state = entry["embeddableConfig"]["attributes"]["state"]
    state["datasourceStates"]["formBased"]["layers"]["L1"]["columns"]["t"] = {
        "operationType": "terms",
        "sourceField": "market.symbol",
        "dataType": "string",
    }
    state["query"] = {
        "query": "ok: true and gain > 3 and reason: x and market.symbol: 5",
        "language": "kuery",
    }
    (view,) = Export([VIEW, dashboard(panels=[entry])], now=NOW).views.values()
    assert {each.name: each.es_type for each in view.fields} == {
        "@timestamp": "date",
        "gain": "double",
        "market.symbol": "keyword",
        "ok": "boolean",
        "reason": "keyword",
    }


def test_source_filters_and_runtime_fields_of_a_data_view_go_along():
    view = {
        **VIEW,
        "attributes": {
            **VIEW["attributes"],
            "sourceFilters": json.dumps([{"value": "decided*"}]),
            "runtimeFieldMap": json.dumps({"hour": {"type": "long", "script": {"source": "emit(1)"}}}),
        },
    }
    types = TYPES | {"decided_at": "date"}
    export = Export([view, dashboard(panels=[lens_entry()])], lambda _: types, now=NOW)
    (request,) = export.requests()
    assert request.body["_source"] == {"excludes": ["decided*"]}
    assert request.body["fields"] == [{"field": "@timestamp", "format": "date_time"}]
    assert list(request.body["runtime_mappings"]) == ["hour"]
    assert export.views["view"].fields.of("hour").type == "number"

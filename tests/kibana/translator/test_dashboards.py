"""What a dashboard as a whole asks: controls one after another, saved searches, panels from the library."""

import json
from datetime import UTC, datetime

import pytest

from kibana.translator.controls import options_search
from kibana.translator.dashboard import Export
from tests.kibana.translator.panels import COUNT, panel

NOW = datetime(2024, 1, 4, tzinfo=UTC)
TYPES = {"@timestamp": "date", "market.symbol": "keyword", "ok": "boolean", "gain": "double"}
VIEW = {
    "type": "index-pattern",
    "id": "view",
    "attributes": {"title": "opa-decisions", "timeFieldName": "@timestamp"},
    "references": [],
}
WITHIN = {
    "range": {
        "@timestamp": {
            "format": "strict_date_optional_time",
            "gte": "2024-01-03T00:00:00.000Z",
            "lte": "2024-01-04T00:00:00.000Z",
        }
    }
}


def control(order, field="market.symbol", kind="optionsListControl", **chosen):
    return {"type": kind, "order": order, "explicitInput": {"fieldName": field, **chosen}}


def dashboard(controls=None, panels=(), references=(), chaining="HIERARCHICAL", **attributes):
    controls = controls or {}
    names = {"optionsListControl": "optionsListDataView", "rangeSliderControl": "rangeSliderDataView"}
    return {
        "type": "dashboard",
        "id": "d",
        "attributes": {
            "timeFrom": "now-1d",
            "timeTo": "now",
            "panelsJSON": json.dumps(panels),
            "controlGroupInput": {"chainingSystem": chaining, "panelsJSON": json.dumps(controls)},
            **attributes,
        },
        "references": [
            *(
                {"type": "index-pattern", "id": "view", "name": f"controlGroup_{id_}:{names[each['type']]}"}
                for id_, each in controls.items()
                if each["type"] in names
            ),
            *references,
        ],
    }


def requests(saved, *library):
    return Export([VIEW, *library, saved], lambda _: TYPES, now=NOW).requests()


def filters(request):
    """Without the time range."""
    query = request.body["filters"][0] if request.kind == "control" else request.body["query"]
    return [each for each in query["bool"]["filter"] if each != WITHIN]


BTC = {"match_phrase": {"market.symbol": "BTCUSDT"}}


def test_a_control_is_filtered_by_the_controls_in_front_of_it():
    controls = {
        "second": control(1, "ok"),
        "first": control(0, selectedOptions=["BTCUSDT"]),
    }
    first, second = requests(dashboard(controls))
    assert (first.panel, filters(first)) == ("first", [])
    assert first.body["selectedOptions"] == ["BTCUSDT"]
    assert (second.panel, filters(second)) == ("second", [BTC])
    assert filters(requests(dashboard(controls, chaining="NONE"))[1]) == []


@pytest.mark.parametrize(
    ("chosen", "filter_"),
    [
        ({"selectedOptions": ["a"]}, {"match_phrase": {"market.symbol": "a"}}),
        (
            {"selectedOptions": ["a", "b"]},
            {
                "bool": {
                    "should": [{"match_phrase": {"market.symbol": each}} for each in "ab"],
                    "minimum_should_match": 1,
                }
            },
        ),
        ({"existsSelected": True}, {"exists": {"field": "market.symbol"}}),
        ({"fieldName": "ok", "selectedOptions": ["true"]}, {"match_phrase": {"ok": True}}),
    ],
)
def test_a_selection_filters_what_comes_behind_it(chosen, filter_):
    controls = {"a": control(0, **chosen), "b": control(1, "gain")}
    assert filters(requests(dashboard(controls))[1]) == [filter_]


def test_an_excluding_selection_must_not_match():
    controls = {"a": control(0, selectedOptions=["a"], exclude=True), "b": control(1)}
    query = requests(dashboard(controls))[1].body["filters"][0]["bool"]
    assert query["must_not"] == [{"match_phrase": {"market.symbol": "a"}}]


def test_a_range_slider_asks_for_the_bounds_and_filters_by_its_value():
    controls = {"a": control(0, "gain", "rangeSliderControl", value=["1", ""]), "b": control(1)}
    slider, list_ = requests(dashboard(controls))
    assert slider.body["aggs"] == {"maxAgg": {"max": {"field": "gain"}}, "minAgg": {"min": {"field": "gain"}}}
    assert filters(list_) == [{"range": {"gain": {"gte": 1.0}}}]


SLICE = {"timesliceStartAsPercentageOfTimeRange": 0.25, "timesliceEndAsPercentageOfTimeRange": 0.51}


def within(query):
    """Start and end of its time range, hours and minutes."""
    (limits,) = [each["range"]["@timestamp"] for each in query["bool"]["filter"] if "range" in each]
    return limits["gte"][11:16], limits["lte"][11:16]


def test_a_time_slider_narrows_the_panels_and_the_controls_behind_it():
    """`time_slider/time_utils.tsx`: 12 ticks of two hours, steps of thirty minutes."""
    controls = {
        "before": control(0),
        "slider": {"type": "timeSlider", "order": 1, "explicitInput": dict(SLICE)},
        "behind": control(2, "ok"),
    }
    reference = {"type": "index-pattern", "id": "view", "name": "p:indexpattern-datasource-layer-L1"}
    saved = dashboard(controls, [lens_entry()], [reference])
    before, behind, asked = requests(saved)
    assert within(before.body["filters"][0]) == ("00:00", "00:00")
    assert within(behind.body["filters"][0]) == ("06:00", "12:30")
    assert within(asked.body["query"]) == ("06:00", "12:30")


def test_a_time_slider_without_a_choice_changes_nothing():
    controls = {"slider": {"type": "timeSlider", "order": 0, "explicitInput": {}}, "a": control(1)}
    (asked,) = requests(dashboard(controls))
    assert within(asked.body["filters"][0]) == ("00:00", "00:00")


def test_the_route_of_a_control_asks_for_options_and_whether_the_selected_exist():
    (request,) = requests(dashboard({"a": control(0, selectedOptions=["BTCUSDT"])}))
    body = options_search(request.body)
    assert body["aggs"]["suggestions"]["terms"] == {
        "size": 10,
        "field": "market.symbol",
        "shard_size": 10,
        "order": {"_count": "desc"},
    }
    assert body["aggs"]["validation"]["filters"]["filters"] == {
        "BTCUSDT": {"match": {"market.symbol": "BTCUSDT"}}
    }
    assert body["query"]["bool"]["filter"] == request.body["filters"]


def lens_entry(**config):
    attributes = panel({"m": COUNT}).config["attributes"]
    attributes["references"] = [{"id": "view", "name": "indexpattern-datasource-layer-L1"}]
    return {"panelIndex": "p", "type": "lens", "embeddableConfig": {"attributes": attributes, **config}}


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

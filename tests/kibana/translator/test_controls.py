"""Controls ask one after another, and filter what comes behind them."""

import pytest

from kibana.translator.controls import options_search
from tests.kibana.translator.dashboards import control, dashboard, filters, lens_entry, requests

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

"""Metrics at another time."""

from tests.kibana.translator.panels import COUNT, aggs, bodies, of_field, over_time, top


def limits(day):
    return {
        "range": {
            "@timestamp": {
                "format": "strict_date_optional_time",
                "gte": f"{day}T00:00:00.000Z",
                "lte": {"2024-01-01": "2024-01-04", "2023-12-31": "2024-01-03"}[day] + "T00:00:00.000Z",
            }
        }
    }


NOW, BEFORE = limits("2024-01-01"), limits("2023-12-31")


def test_two_times_split_the_request_before_the_bars_over_time():
    columns = {"x": over_time(), "now": of_field("average"), "then": of_field("average", timeShift="1d")}
    (body,) = bodies(columns)
    split = body["aggs"]["time_offset_split"]
    assert split["filters"]["filters"] == {"0": NOW, "86400000": BEFORE}
    assert split["aggs"]["0"]["aggs"] == {"1": {"avg": {"field": "gain"}}, "2": {"avg": {"field": "gain"}}}
    assert "extended_bounds" not in split["aggs"]["0"]["date_histogram"]
    (either,) = body["query"]["bool"]["filter"]
    assert either["bool"]["should"] == [{"bool": {"filter": [NOW]}}, {"bool": {"filter": [BEFORE]}}]
    assert either["bool"]["minimum_should_match"] == 1


def test_without_bars_over_time_the_first_metric_is_split():
    found = aggs({"t": top(), "now": COUNT, "then": of_field("average", timeShift="1d")})
    assert found["0"]["aggs"]["time_offset_split"]["aggs"] == {"2": {"avg": {"field": "gain"}}}


def test_one_shifted_time_needs_no_split():
    (body,) = bodies({"then": of_field("average", timeShift="1d")})
    assert body["aggs"] == {"0": {"avg": {"field": "gain"}}}
    assert body["query"]["bool"]["filter"][0]["bool"]["should"] == [{"bool": {"filter": [BEFORE]}}]


def test_previous_is_as_long_as_the_time_range():
    found = aggs({"now": COUNT, "then": of_field("average", timeShift="previous")})
    assert set(found["time_offset_split"]["filters"]["filters"]) == {"0", str(3 * 86_400_000)}


def test_a_month_goes_back_by_the_calendar():
    found = aggs({"now": COUNT, "then": of_field("average", timeShift="1M")})
    shifted = found["time_offset_split"]["filters"]["filters"][str(30 * 86_400_000)]
    assert shifted["range"]["@timestamp"]["gte"] == "2023-12-01T00:00:00.000Z"


def test_an_order_among_several_times_looks_at_the_metrics_own():
    columns = {"t": top(by="then"), "now": COUNT, "then": of_field("average", timeShift="1d")}
    found = aggs(columns)["0"]
    assert found["terms"]["order"] == {"2-bucket>2-metric": "desc"}
    window = found["aggs"]["2-bucket"]["filter"]["bool"]["must"][0]["range"]["@timestamp"]
    assert window == {"gte": "2023-12-31T00:00:00.000Z", "lte": "2024-01-03T00:00:00.000Z"}

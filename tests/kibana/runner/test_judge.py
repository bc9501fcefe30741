"""What counts as data, as zeros, as nothing."""

import json

import pytest

from kibana.runner.judge import sight
from kibana.translator.dashboard import Export
from kibana.translator.request import Request
from tests.kibana.translator.panels import COUNT, of_field, over_time, panel, top

TOTAL = {"hits": {"total": {"value": 7}}}
NONE = {"hits": {"total": {"value": 0}}}


def seen(columns, answer, visualization=None, kind="lnsDatatable"):
    """What a panel of these columns shows for an answer."""
    attributes = panel(columns).config["attributes"]
    attributes["visualizationType"] = kind
    attributes["state"]["visualization"] |= visualization or {}
    attributes["references"] = [{"id": "view", "name": "indexpattern-datasource-layer-L1"}]
    entry = {"panelIndex": "p", "type": "lens", "embeddableConfig": {"attributes": attributes}}
    view = {
        "type": "index-pattern",
        "id": "view",
        "attributes": {"title": "opa-decisions", "timeFieldName": "@timestamp"},
        "references": [],
    }
    dashboard = {
        "type": "dashboard",
        "id": "d",
        "attributes": {"panelsJSON": json.dumps([entry])},
        "references": [],
    }
    return sight(Export([view, dashboard]), Request("d", "lens", "p", "opa-decisions", {}, "L1"), answer)


def bucketed(*buckets):
    return TOTAL | {"aggregations": {"0": {"buckets": list(buckets)}}}


@pytest.mark.parametrize(
    ("column", "answer", "word"),
    [
        (COUNT, TOTAL, "data"),
        (COUNT, NONE, "zero"),
        (COUNT | {"params": {"emptyAsNull": True}}, NONE, "empty"),
        (of_field("average"), {"aggregations": {"0": {"value": 0.0}}}, "data"),
        (of_field("average"), {"aggregations": {"0": {"value": None}}}, "empty"),
        (of_field("sum"), {"aggregations": {"0": {"value": 0.0}}}, "zero"),
        (of_field("median"), {"aggregations": {"0": {"values": {"50.0": None}}}}, "empty"),
        (of_field("median"), {"aggregations": {"0": {"values": {"50.0": 3}}}}, "data"),
        (
            of_field("last_value", params={"sortField": "t", "showArrayValues": True}),
            {"aggregations": {"0": {"hits": {"hits": [{"fields": {"gain": [1]}}]}}}},
            "data",
        ),
        (
            of_field("last_value", params={"sortField": "t", "showArrayValues": True}),
            {"aggregations": {"0": {"hits": {"hits": []}}}},
            "empty",
        ),
        (
            COUNT | {"filter": {"query": "action: BUY", "language": "kuery"}},
            {"aggregations": {"0-bucket": {"doc_count": 2}}},
            "data",
        ),
    ],
)
def test_a_tile_shows_its_number(column, answer, word):
    assert seen({"m": column}, answer, {"metricAccessor": "m"}, "lnsMetric") == word


def test_a_chart_needs_a_value_in_any_of_its_bars():
    columns = {"x": over_time(), "m": of_field("average")}
    empty, full = ({"doc_count": n, "1": {"value": n or None}} for n in (0, 4))
    assert seen(columns, bucketed(empty, full)) == "data"
    assert seen(columns, bucketed(empty, empty)) == "empty"
    assert seen(columns, bucketed()) == "empty"
    assert seen({"x": over_time(), "c": COUNT}, bucketed({"doc_count": 0})) == "zero"


def test_a_list_without_a_metric_needs_a_row():
    assert seen({"t": top()}, bucketed({"key": "BUY", "doc_count": 1})) == "data"
    assert seen({"t": top()}, bucketed()) == "empty"


def test_a_formula_is_computed_and_a_division_by_zero_is_nothing():
    columns = {
        "f": {"operationType": "formula", "references": ["fX2"], "params": {}},
        "fX0": of_field("sum"),
        "fX1": COUNT,
        "fX2": {
            "operationType": "math",
            "references": ["fX0", "fX1"],
            "params": {"tinymathAst": {"type": "function", "name": "divide", "args": ["fX0", "fX1"]}},
        },
    }
    shown = {"metricAccessor": "f"}
    answer = {"aggregations": {"0": {"value": 3.0}}}
    assert seen(columns, TOTAL | answer, shown, "lnsMetric") == "data"
    assert seen(columns, NONE | answer, shown, "lnsMetric") == "empty"


def test_columns_asked_together_are_told_apart():
    columns = {
        "a": of_field("percentile", params={"percentile": 50}),
        "b": of_field("percentile", params={"percentile": 95}),
        "c": of_field("average"),
        "d": of_field("average"),
    }
    values = [{"key": 50.0, "value": None}, {"key": 95.0, "value": None}]
    answer = {"aggregations": {"0": {"values": values}, "2": {"value": 1.5}}}
    assert seen(columns, answer, {"metricAccessor": "d"}, "lnsMetric") == "data"
    assert seen(columns, answer, {"metricAccessor": "b"}, "lnsMetric") == "empty"


def simple(kind, answer):
    return sight(Export([]), Request("d", kind, "p", "i", {}), answer)


def test_documents_buckets_and_options_are_data():
    assert simple("vega", {"hits": {"hits": [{}]}}) == "data"
    assert simple("vega", {"hits": {"hits": []}, "aggregations": {"a": {"buckets": []}}}) == "empty"
    assert simple("vega", {"aggregations": {"a": {"buckets": [{"doc_count": 1}]}}}) == "data"
    assert simple("search", {"hits": {"hits": []}}) == "empty"
    options = {"suggestions": {"buckets": [{"key": "BTCUSDT"}]}}
    assert simple("control", {"aggregations": options}) == "data"
    gone = options | {"validation": {"buckets": {"DOGE": {"doc_count": 0}}}}
    assert simple("control", {"aggregations": gone}) == "empty"

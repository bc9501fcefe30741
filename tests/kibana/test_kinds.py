"""Every kind of panel has the shape that a real Kibana 8.12.2 accepted and drew."""

import json

import pytest

from kibana.columns import last_value, total
from kibana.formats import number
from kibana.formula import quotient, share
from tests.kibana.kinds import KINDS, LENS

ACCEPTED_LENS = {"title", "description", "visualizationType", "type", "references", "state"}
ACCEPTED_STATE = {
    "visualization",
    "query",
    "filters",
    "datasourceStates",
    "internalReferences",
    "adHocDataViews",
}


def layers_of(panel):
    return panel.config["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]


@pytest.mark.parametrize("panel", LENS.values(), ids=LENS)
def test_a_lens_panel_is_whole(panel):
    attributes = panel.config["attributes"]
    assert set(attributes) == ACCEPTED_LENS
    assert set(attributes["state"]) == ACCEPTED_STATE
    assert attributes["references"] == [each.as_dict() for each in panel.references]
    named = {each.name for each in panel.references}
    for id_, layer in layers_of(panel).items():
        assert f"indexpattern-datasource-layer-{id_}" in named
        assert layer["columnOrder"] == list(layer["columns"])
        assert all(column["label"] and "isBucketed" in column for column in layer["columns"].values())


@pytest.mark.parametrize("panel", LENS.values(), ids=LENS)
def test_what_is_drawn_is_a_column_of_its_layer(panel):
    columns = {id_ for layer in layers_of(panel).values() for id_ in layer["columns"]}
    state = panel.config["attributes"]["state"]["visualization"]
    drawn = [state, *state.get("layers", [])]
    for layer in drawn:
        accessors = [
            *layer.get("accessors", []),
            *layer.get("metrics", []),
            *(each["columnId"] for each in layer.get("columns", [])),
            *(value for key, value in layer.items() if key.endswith("Accessor")),
        ]
        assert set(accessors) <= columns


def test_an_axis_reaches_to_its_reference_line():
    """`getYAxisDomain` of Kibana's `xy_chart.tsx` knows them only where it does not fit the data."""
    for panel in LENS.values():
        state = panel.config["attributes"]["state"]["visualization"]
        if any(each["layerType"] == "referenceLine" for each in state.get("layers", [])):
            assert state["yLeftExtent"]["mode"] == "full"


@pytest.mark.parametrize("name", LENS)
def test_a_last_value_never_asks_for_top_metrics(name):
    columns = [column for layer in layers_of(LENS[name]).values() for column in layer["columns"].values()]
    assert all(each["params"]["showArrayValues"] for each in columns if each["operationType"] == "last_value")


def test_a_formula_has_the_helper_columns_of_the_accepted_sample():
    columns = share("f", "Suppressed share", "decision.status : suppressed")
    assert list(columns) == ["f", "fX0", "fX1", "fX2"]
    text = "count(kql='decision.status : suppressed')/count()"
    assert columns["f"]["params"]["formula"] == text
    assert columns["f"]["references"] == ["fX2"]
    assert columns["fX2"]["params"]["tinymathAst"] == {
        "type": "function",
        "name": "divide",
        "args": ["fX0", "fX1"],
        "location": {"min": 0, "max": 49},
        "text": text,
    }
    assert columns["fX0"]["filter"]["query"] == "decision.status : suppressed"
    assert columns["fX1"]["params"] == {"emptyAsNull": False}


def test_a_formula_quotes_its_filter():
    upper = total("a", "kline.volume", kuery="market.symbol: 'x'")
    columns = quotient("f", "Share", upper, total("b", "kline.volume"), format=number())
    assert columns["f"]["params"]["formula"] == (
        r"sum(kline.volume, kql='market.symbol: \'x\'')/sum(kline.volume)"
    )


def test_a_last_value_keeps_its_own_filter_beside_the_one_it_needs():
    column = last_value("Lag", "heartbeat.lag_ms", kuery="service.name: ingest")
    assert column["filter"]["query"] == "(service.name: ingest) and heartbeat.lag_ms: *"


def test_a_status_band_begins_where_the_one_before_it_ends():
    palette = LENS["metric_bands"].config["attributes"]["state"]["visualization"]["palette"]["params"]
    assert [each["stop"] for each in palette["colorStops"]] == [None, 0.99]
    assert [each["stop"] for each in palette["stops"]] == [0.99, 0.99]
    assert palette["continuity"] == "all"


def test_a_layer_that_ignores_the_controls_says_so_and_no_other_does():
    ignoring = {
        name
        for name, panel in LENS.items()
        if any(layer.get("ignoreGlobalFilters") for layer in layers_of(panel).values())
    }
    assert ignoring == {"metric_everywhere", "areas"}


def test_links_lead_to_all_dashboards_and_keep_the_time_range():
    attributes = KINDS["nav"].config["attributes"]
    assert len(attributes["links"]) == len(attributes["references"]) == 7
    for link in attributes["links"]:
        assert link["options"] == {
            "openInNewTab": False,
            "useCurrentFilters": False,
            "useCurrentDateRange": True,
        }


def test_every_kind_is_plain_json():
    assert all(json.loads(json.dumps(panel.config)) == panel.config for panel in KINDS.values())

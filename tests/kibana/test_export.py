"""The export is what its source builds, and every name in it resolves."""

import json
from itertools import combinations
from typing import Any

import pytest

from kibana.dashboards import DASHBOARDS
from kibana.export import EXPORT, as_ndjson, saved_objects
from kibana.links import STORIES
from kibana.panels import Reference
from market.documents import DOCUMENTS

OBJECTS = saved_objects()
BY_ID = {(each["type"], each["id"]): each for each in OBJECTS}
SAVED_DASHBOARDS = [each for each in OBJECTS if each["type"] == "dashboard"]


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return json.loads(dashboard["attributes"]["panelsJSON"])


def fields_of(alias: str) -> set[str]:
    (document,) = [each for each in DOCUMENTS.values() if each.alias == alias]
    return {field.name for field in document.fields}


def lens_layers(panel: dict[str, Any]) -> dict[str, Any]:
    return panel["embeddableConfig"]["attributes"]["state"]["datasourceStates"]["formBased"]["layers"]


def test_the_committed_export_equals_its_source():
    assert EXPORT.read_text(encoding="utf-8") == as_ndjson(OBJECTS)


def test_every_id_is_unique():
    assert len(BY_ID) == len(OBJECTS)


def test_every_reference_resolves_inside_the_export():
    planned = {("dashboard", id_) for id_, _ in STORIES}
    dangling = [
        (each["id"], reference)
        for each in OBJECTS
        for reference in each["references"]
        if (reference["type"], reference["id"]) not in BY_ID.keys() | planned
    ]
    assert dangling == []


def test_every_object_names_the_version_that_kibana_8_12_wrote():
    versions = {each["type"]: each["typeMigrationVersion"] for each in OBJECTS}
    assert versions == {"tag": "8.0.0", "index-pattern": "8.0.0", "search": "8.0.0", "dashboard": "8.9.0"}
    assert {each["coreMigrationVersion"] for each in OBJECTS} == {"8.8.0"}


@pytest.mark.parametrize("dashboard", SAVED_DASHBOARDS, ids=lambda d: d["id"])
def test_a_panel_names_its_references_twice(dashboard):
    top = {(r["type"], r["id"], r["name"]) for r in dashboard["references"]}
    for panel in panels(dashboard):
        if panel["type"] != "lens":
            continue
        inner = panel["embeddableConfig"]["attributes"]["references"]
        assert inner
        for each in inner:
            repeated = Reference(**each).as_dict(f"{panel['panelIndex']}:")
            assert (repeated["type"], repeated["id"], repeated["name"]) in top


@pytest.mark.parametrize("dashboard", SAVED_DASHBOARDS, ids=lambda d: d["id"])
def test_panels_fit_the_grid_without_overlap_or_gap(dashboard):
    boxes = [panel["gridData"] for panel in panels(dashboard)]
    assert all(box["x"] + box["w"] <= 48 for box in boxes)
    for one, other in combinations(boxes, 2):
        apart = (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        )
        assert apart, (one["i"], other["i"])
    height = max(box["y"] + box["h"] for box in boxes)
    assert sum(box["w"] * box["h"] for box in boxes) == 48 * height


@pytest.mark.parametrize("dashboard", SAVED_DASHBOARDS, ids=lambda d: d["id"])
def test_every_lens_field_exists_in_the_mapping_of_its_data_view(dashboard):
    checked = 0
    for panel in panels(dashboard):
        if panel["type"] != "lens":
            continue
        view = panel["embeddableConfig"]["attributes"]["references"][0]["id"]
        for layer in lens_layers(panel).values():
            for column in layer["columns"].values():
                field = column.get("sourceField", "___records___")
                assert field == "___records___" or field in fields_of(view), (panel["panelIndex"], field)
                checked += 1
    assert checked > 0


def test_every_control_field_is_in_every_index_of_its_dashboard():
    for dashboard in DASHBOARDS:
        views = {r.id for panel, _ in dashboard.panels for r in panel.references if r.type == "index-pattern"}
        for control in dashboard.controls:
            assert all(control.field in fields_of(view) for view in views), control.field


def test_the_decision_table_shows_fields_that_exist():
    table = BY_ID["search", "opa-decision-table"]
    assert set(table["attributes"]["columns"]) <= fields_of("opa-decisions")


def test_the_candle_picture_names_aliases_and_fields_that_exist():
    (dashboard,) = [each for each in SAVED_DASHBOARDS if each["id"] == "opa-market"]
    (panel,) = [each for each in panels(dashboard) if each["panelIndex"] == "candles"]
    spec = json.loads(panel["embeddableConfig"]["savedVis"]["params"]["spec"])
    sources = [layer["data"]["url"] for layer in spec["layer"]]
    assert [source["index"] for source in sources] == ["opa-klines", "opa-decisions"]
    assert sources[0]["%context%"] is True
    for source, layer in zip(sources, spec["layer"], strict=True):
        known = fields_of(source["index"])
        for transform in layer["transform"]:
            for part in transform["calculate"].split("datum._source.")[1:]:
                path = part.split(" ")[0].rstrip("),").split(",")[0]
                assert path in known or any(name.startswith(f"{path}.") for name in known), path


def test_every_dashboard_has_a_title_a_description_and_a_reading_aid():
    for dashboard in DASHBOARDS:
        assert dashboard.title
        assert dashboard.description.endswith(".")
        assert any(panel.title == "How to read this" for panel, _ in dashboard.panels)

"""The common frame lays panels out in full rows; data views write numbers in their unit."""

import json

import pytest

from kibana.frame import HOW_TO_READ, Row, controls, exchange_control, story
from kibana.views import data_views
from tests.kibana.kinds import KINDS


def framed(rows, tiles=("metric", "fresh")):
    dashboard = story(
        "opa-framed",
        "OPA · Framed",
        "A frame.",
        how_to_read="From left to right.",
        controls=controls("opa-klines"),
        tiles=[KINDS[name] for name in tiles],
        rows=rows,
    )
    return {panel.title or panel.name: place for panel, place in dashboard.panels}


def test_tiles_share_the_first_row_under_the_links():
    places = framed(
        [Row(10, [(KINDS["donut"], 36)])],
        tiles=("metric", "metric_trend", "metric_share", "metric_bands", "fresh"),
    )
    assert places["nav"] == (0, 0, 48, 3)
    tiles = ("metric", "metric_trend", "metric_share", "metric_bands", "fresh")
    assert [places[tile] for tile in tiles] == [
        (0, 3, 10, 5),
        (10, 3, 10, 5),
        (20, 3, 10, 5),
        (30, 3, 9, 5),
        (39, 3, 9, 5),
    ]


def test_the_reading_aid_fills_what_the_last_row_leaves_free():
    places = framed([Row(10, [(KINDS["lines"], 24), (KINDS["areas"], 0)]), Row(12, [(KINDS["donut"], 36)])])
    assert places["Probability and cost"] == (0, 8, 24, 10)
    assert places["Memory by service"] == (24, 8, 24, 10)
    assert places["Actions, share"] == (0, 18, 36, 12)
    assert places[HOW_TO_READ] == (36, 18, 12, 12)


@pytest.mark.parametrize("width", [0, 44, 48])
def test_a_last_row_without_room_gets_the_reading_aid_below_it(width):
    panels = [(KINDS["donut"], width)] if width != 44 else [(KINDS["donut"], 44), (KINDS["lines"], 4)]
    places = framed([Row(10, panels)])
    assert places[HOW_TO_READ] == (0, 18, 48, 6)


def test_only_the_exchange_begins_unselected():
    assert [each.selected for each in controls("opa-klines")] == ["", "BTCUSDT", "1h"]
    assert exchange_control("opa-heartbeats").selected == ""


@pytest.mark.parametrize(
    ("view", "field", "format_"),
    [
        ("opa-klines", "kline.close", "number"),
        ("opa-klines", "kline.close_time", "relative_date"),
        ("opa-decisions", "decision.probability", "percent"),
        ("opa-decisions", "decision.delay_ms", "duration"),
        ("opa-heartbeats", "process.memory_bytes", "bytes"),
        ("opa-heartbeats", "process.uptime_s", "duration"),
    ],
)
def test_a_data_view_writes_a_field_in_its_unit(view, field, format_):
    (saved,) = [each for each in data_views() if each["id"] == view]
    assert json.loads(saved["attributes"]["fieldFormatMap"])[field]["id"] == format_

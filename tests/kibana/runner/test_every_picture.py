"""Every Vega panel, drawn by the libraries of Kibana 8.12.2 with the answers of a real Elasticsearch."""

import copy

import pytest

from kibana.dashboards.data_quality import DASHBOARD as QUALITY
from kibana.dashboards.market_and_decisions import DASHBOARD as MARKET
from kibana.dashboards.operations import DASHBOARD as OPERATIONS
from kibana.export import saved_objects
from kibana.push import Shown, adapt
from market.interval import Series
from market.ports.heartbeat import ServiceName
from tests.conftest import CACHE
from tests.kibana.drawing.canvas import canvas as opened
from tests.kibana.drawing.pictures import pictures
from tests.kibana.seed import EXCHANGES, wall_clock

pytestmark = [pytest.mark.elastic, pytest.mark.browser]


@pytest.fixture(scope="module")
def canvas():
    with opened(CACHE) as drawing:
        yield drawing


def warnings(picture):
    """A layer of nothing is no fault; every spec hides what Vega says of it."""
    return [line for line in picture.drawn.said if not line.startswith("Infinite extent")]


def drawn(server, canvas, exchange, time_range=None):
    shown = Shown(Series.of(exchange, "BTCUSDT", "1h"), wall_clock(), live=True)
    objects = copy.deepcopy(adapt(saved_objects(), shown))
    for each in objects if time_range else ():
        if each["type"] == "dashboard":
            each["attributes"]["timeFrom"], each["attributes"]["timeTo"] = time_range
    return {(each.panel.dashboard, each.panel.name): each for each in pictures(server, objects, canvas)}


@pytest.fixture(scope="module", params=EXCHANGES)
def market(request, server, canvas):
    """The pictures of one market, by dashboard and panel."""
    return drawn(server, canvas, request.param)


@pytest.fixture(scope="module")
def nothing(server, canvas):
    """The same panels over a year in which nothing happened."""
    year = ("2001-01-01T00:00:00.000Z", "2002-01-01T00:00:00.000Z")
    return drawn(server, canvas, "simulated", year)


def test_kibana_s_own_versions_draw(market):
    assert {tuple(each.drawn.versions) for each in market.values()} == {("5.24.0", "5.2.0")}


def test_every_panel_draws_marks_without_a_warning_or_a_number_that_is_none(market):
    wrong = {
        place: (each.drawn.count, warnings(each), each.drawn.broken)
        for place, each in market.items()
        if not each.drawn.count or warnings(each) or each.drawn.broken
    }
    assert wrong == {}
    assert all(each.panel.spec["config"]["kibana"]["hideWarnings"] for each in market.values())


def test_every_picture_is_more_than_white(market):
    assert [place for place, each in market.items() if len(each.drawn.png) < 3_000] == []


def test_every_candle_and_every_decision_is_a_mark(market):
    picture = market[MARKET.id, "candles"]
    klines, decisions = (len(answer["hits"]["hits"]) for answer in picture.answers)
    counts = [each["count"] for each in picture.drawn.marks]
    assert klines > 0
    assert decisions > 0
    assert counts[:3] == [klines, klines, decisions]


def test_every_service_has_its_row_whether_it_beats_or_not(market):
    words = market[OPERATIONS.id, "processes"].drawn.words
    assert [each for each in words if each in set(ServiceName)] == list(ServiceName)


def test_empty_panels_say_so_instead_of_breaking(nothing):
    wrong = {
        place: (warnings(each), each.drawn.broken)
        for place, each in nothing.items()
        if warnings(each) or each.drawn.broken
    }
    assert wrong == {}
    words = {place: " ".join(each.drawn.words) for place, each in nothing.items()}
    assert "No candle is missing in this time range" in words[QUALITY.id, "holes"]
    assert "No alert fired in this time range" in words[OPERATIONS.id, "told"]
    assert "No job was asked for in this time range" in words[OPERATIONS.id, "jobs"]
    assert words[OPERATIONS.id, "processes"].count("not heard") == len(ServiceName)

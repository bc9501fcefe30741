"""Every panel of every dashboard, asked of a real Elasticsearch with two markets in it, the Vega ones drawn.

One file, because filling the server takes longer than all else and each file may get a worker of its own.
"""

import copy

import pytest

from kibana.dashboards import DASHBOARDS
from kibana.dashboards.data_quality import DASHBOARD as QUALITY
from kibana.dashboards.market_and_decisions import DASHBOARD as MARKET
from kibana.dashboards.operations import DASHBOARD as OPERATIONS
from kibana.export import saved_objects
from kibana.push import Shown, adapt
from kibana.runner.check import check
from kibana.translator.request import Request
from market.interval import Series
from market.ports.heartbeat import ServiceName
from tests.conftest import CACHE
from tests.kibana.drawing.canvas import canvas as opened
from tests.kibana.drawing.pictures import pictures
from tests.kibana.seed import EXCHANGES, wall_clock

# A minute on a quiet machine; filling a server waits for dozens of indices to be made.
pytestmark = [pytest.mark.elastic, pytest.mark.timeout(900)]


def objects_of(exchange, time_range=None):
    """The export, opened on one of the markets as `push` does."""
    shown = Shown(Series.of(exchange, "BTCUSDT", "1h"), wall_clock(), live=True)
    objects = copy.deepcopy(adapt(saved_objects(), shown))
    for each in objects if time_range else ():
        if each["type"] == "dashboard":
            each["attributes"]["timeFrom"], each["attributes"]["timeTo"] = time_range
    return objects


@pytest.fixture(scope="module", params=EXCHANGES)
def verdicts(request, server):
    """By dashboard."""
    found = check(server, objects_of(request.param))
    return {dashboard.id: each for dashboard, each in zip(DASHBOARDS, found, strict=True)}


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda each: each.id)
def test_every_panel_shows_data_and_none_is_refused(dashboard, verdicts):
    found = verdicts[dashboard.id]
    assert found
    assert [str(each) for each in found if each.word != "data"] == []


def test_a_refused_request_tells_why(server):
    answer = server.ask(Request("d", "vega", "p", "opa-klines", {"query": {"nonsense": {}}}))
    assert answer.error.startswith("400: ")
    assert "nonsense" in answer.error
    assert answer.milliseconds > 0


def test_a_missing_index_is_empty_and_has_no_fields(server):
    answer = server.ask(Request("d", "vega", "p", "opa-nothing", {"size": 1}))
    assert (answer.error, answer.body["hits"]["hits"]) == ("", [])
    assert not server.types("opa-nothing")
    assert server.types("opa-klines")["kline.close"] == "double"


@pytest.fixture(scope="module")
def canvas():
    with opened(CACHE) as drawing:
        yield drawing


def drawn(server, canvas, objects):
    """Pictures by dashboard and panel."""
    return {(each.panel.dashboard, each.panel.name): each for each in pictures(server, objects, canvas)}


@pytest.fixture(scope="module", params=EXCHANGES)
def market(request, server, canvas):
    """The pictures of one market."""
    return drawn(server, canvas, objects_of(request.param))


@pytest.fixture(scope="module")
def nothing(server, canvas):
    """The same panels over a year in which nothing happened."""
    year = ("2001-01-01T00:00:00.000Z", "2002-01-01T00:00:00.000Z")
    return drawn(server, canvas, objects_of("simulated", year))


def warnings(picture):
    """A layer of nothing is no fault; every spec hides what Vega says of it."""
    return [line for line in picture.drawn.said if not line.startswith("Infinite extent")]


@pytest.mark.browser
def test_kibana_s_own_versions_draw(market):
    assert {tuple(each.drawn.versions) for each in market.values()} == {("5.24.0", "5.2.0")}


@pytest.mark.browser
def test_every_panel_draws_marks_without_a_warning_or_a_number_that_is_none(market):
    wrong = {
        place: (each.drawn.count, warnings(each), each.drawn.broken)
        for place, each in market.items()
        if not each.drawn.count or warnings(each) or each.drawn.broken
    }
    assert wrong == {}
    assert all(each.panel.spec["config"]["kibana"]["hideWarnings"] for each in market.values())


@pytest.mark.browser
def test_every_picture_is_more_than_white(market):
    assert [place for place, each in market.items() if len(each.drawn.png) < 3_000] == []


@pytest.mark.browser
def test_every_candle_and_every_decision_is_a_mark(market):
    picture = market[MARKET.id, "candles"]
    klines, decisions = (len(answer["hits"]["hits"]) for answer in picture.answers)
    counts = [each["count"] for each in picture.drawn.marks]
    assert klines > 0
    assert decisions > 0
    assert counts[:3] == [klines, klines, decisions]


@pytest.mark.browser
def test_a_candle_and_a_decision_tell_what_they_are(market):
    picture = market[MARKET.id, "candles"]
    (kline, *_), (hit, *_) = (answer["hits"]["hits"] for answer in picture.answers)
    candle, decision = (each["tooltip"] for each in picture.drawn.marks[1:3])
    assert candle["Close, quote asset"] == kline["_source"]["kline"]["close"]
    source = hit["_source"]["decision"]
    assert decision["Close, quote asset"] == source["price"]
    assert decision["Reason"] == source["reason"].replace("_", " ")
    gain = decision["Expected gain, bp"].replace("\u2212", "-")
    assert float(gain) == pytest.approx(source["expected_gain_bp"], abs=0.05)
    assert len(decision["Candle opens"]) == len("2026-01-01 12:00")


@pytest.mark.browser
def test_every_service_has_its_row_whether_it_beats_or_not(market):
    words = market[OPERATIONS.id, "processes"].drawn.words
    assert [each for each in words if each in set(ServiceName)] == list(ServiceName)


@pytest.mark.browser
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

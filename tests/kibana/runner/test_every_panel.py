"""Every panel of every dashboard, asked of a real Elasticsearch with two markets in it."""

import pytest

from kibana.dashboards import DASHBOARDS
from kibana.export import saved_objects
from kibana.push import Shown, adapt
from kibana.runner.check import check
from kibana.translator.request import Request
from market.interval import Series
from tests.kibana.seed import EXCHANGES, wall_clock

# Half a minute on a quiet machine; filling a server waits for dozens of indices to be made.
pytestmark = [pytest.mark.elastic, pytest.mark.timeout(900)]


@pytest.fixture(scope="module", params=EXCHANGES)
def verdicts(request, server):
    """By dashboard, opened on one of the markets as `push` does."""
    shown = Shown(Series.of(request.param, "BTCUSDT", "1h"), wall_clock(), live=True)
    found = check(server, adapt(saved_objects(), shown))
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

"""The push against a local server that answers as Kibana does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import SecretStr

from kibana.export import saved_objects
from kibana.frame import Row, controls, story
from kibana.push import Shown, adapt, push
from kibana.settings import KibanaSettings
from market.errors import SinkRefused, SinkUnavailable
from market.interval import Series
from tests.kibana.kinds import KINDS

NEWEST = 1_665_500_399_999  # 2022-10-11 14:59:59.999 UTC
RECORDED = Shown(Series.of("simulated", "ETHUSDT", "1h"), NEWEST, live=False)
LIVE = Shown(Series.of("binance", "BTCUSDT", "1m"), NEWEST, live=True)


class Kibana(ThreadingHTTPServer):
    """Answers every import with the next of `answers`; keeps what it was sent."""

    def __init__(self, answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers = list(answers)
        self.requests = []

    @property
    def settings(self):
        return KibanaSettings(
            url=f"http://127.0.0.1:{self.server_port}", user="elastic", password=SecretStr("secret-word")
        )


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), body))
        status, answer = self.server.answers.pop(0)
        payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_):
        return


@pytest.fixture
def kibana():
    servers = []

    def start(*answers):
        server = Kibana(answers)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_push_sends_the_whole_export_as_one_file_and_counts_what_was_taken(kibana):
    server = kibana((200, {"success": True, "successCount": 8}))
    assert push(server.settings, saved_objects()) == 8
    path, headers, body = server.requests[0]
    assert path == "/api/saved_objects/_import?overwrite=true"
    assert headers["kbn-xsrf"] == "opa"
    assert b'filename="opa.ndjson"' in body
    assert body.count(b'"typeMigrationVersion"') == len(saved_objects())


@pytest.mark.parametrize("kind", ["missing_references", "conflict", "unsupported_type"])
def test_a_200_with_errors_is_a_failure_that_names_the_object(kibana, kind):
    error = {"type": "dashboard", "id": "opa-market", "error": {"type": kind}}
    server = kibana((200, {"success": False, "successCount": 7, "errors": [error]}))
    with pytest.raises(SinkRefused, match=f"took 7 objects and refused: dashboard opa-market: {kind}"):
        push(server.settings, saved_objects())


def test_a_wrong_password_says_which_setting_to_check_and_does_not_print_it(kibana):
    server = kibana((401, {"message": "unable to authenticate"}))
    with pytest.raises(SinkRefused, match=r"401.*KIBANA_PASSWORD") as caught:
        push(server.settings, saved_objects())
    assert "secret-word" not in str(caught.value)


def test_an_older_kibana_is_told_apart(kibana):
    message = "Document opa-market belongs to a more recent version of Kibana [8.9.0]"
    server = kibana((422, {"message": message}))
    with pytest.raises(SinkRefused, match=r"older than 8\.12"):
        push(server.settings, saved_objects())


def test_a_kibana_that_is_still_starting_is_asked_again(kibana):
    server = kibana((503, b"Kibana server is not ready yet"), (200, {"success": True, "successCount": 8}))
    assert push(server.settings, saved_objects()) == 8
    assert len(server.requests) == 2


def test_a_kibana_that_is_away_is_given_up_after_bounded_tries(unused_tcp_port):
    settings = KibanaSettings(url=f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(SinkUnavailable, match="KIBANA_URL"):
        push(settings, saved_objects())


def test_an_answer_that_is_no_json_is_a_failure(kibana):
    server = kibana((200, b"<html>login</html>"))
    with pytest.raises(SinkRefused, match="took 0 objects"):
        push(server.settings, saved_objects())


def test_without_a_kibana_the_setting_is_named():
    with pytest.raises(SinkRefused, match="set KIBANA_URL"):
        push(KibanaSettings(url=""), saved_objects())


def dashboard_of(shown):
    (dashboard,) = [each for each in adapt(saved_objects(), shown) if each["id"] == "opa-market"]
    controls = json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"])
    chosen = {
        each["explicitInput"]["fieldName"]: each["explicitInput"]["selectedOptions"]
        for each in controls.values()
    }
    return dashboard["attributes"], chosen


def test_a_recorded_market_opens_on_its_last_days_and_says_that_it_is_simulated():
    attributes, chosen = dashboard_of(RECORDED)
    assert attributes["timeTo"] == "2022-10-11T14:59:59.000Z"
    assert attributes["timeFrom"] == "2022-10-04T14:59:59.000Z"
    assert attributes["title"] == "OPA 1 · Market and decisions · SIMULATED MARKET"
    assert chosen == {
        "market.exchange": ["simulated"],
        "market.symbol": ["ETHUSDT"],
        "market.interval": ["1h"],
    }


def test_a_recorded_market_shows_as_much_time_as_a_live_one():
    (live,) = [each for each in adapt(saved_objects(), RECORDED) if each["id"] == "opa-live"]
    assert live["attributes"]["timeFrom"] == "2022-10-11T10:59:59.000Z"  # four hours before the last candle
    assert live["attributes"]["refreshInterval"]["pause"] is True


def test_a_live_market_opens_on_now():
    attributes, chosen = dashboard_of(LIVE)
    assert (attributes["timeFrom"], attributes["timeTo"]) == ("now-7d", "now")
    assert attributes["title"] == "OPA 1 · Market and decisions"
    assert chosen["market.interval"] == ["1m"]


def test_a_control_that_begins_on_any_stays_there_and_the_exchange_is_chosen():
    (live,) = [each for each in adapt(saved_objects(), RECORDED) if each["id"] == "opa-live"]
    group = json.loads(live["attributes"]["controlGroupInput"]["panelsJSON"])
    open_dashboard = story(
        "opa-open",
        "OPA · Open",
        "Everything.",
        how_to_read="So.",
        controls=controls("opa-quality", symbol="", interval=""),
        tiles=[KINDS["fresh"]],
        rows=[Row(10, [(KINDS["donut"], 0)])],
    )
    (adapted,) = adapt([open_dashboard.saved()], RECORDED)
    chosen = {
        each["explicitInput"]["fieldName"]: each["explicitInput"].get("selectedOptions")
        for each in json.loads(adapted["attributes"]["controlGroupInput"]["panelsJSON"]).values()
    }
    assert chosen == {"market.exchange": ["simulated"], "market.symbol": None, "market.interval": None}
    assert group["c-symbol"]["explicitInput"]["selectedOptions"] == ["ETHUSDT"]

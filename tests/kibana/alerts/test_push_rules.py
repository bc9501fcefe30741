"""Rules and connector pushed to a local server that answers as Kibana does."""

import pytest
from pydantic import SecretStr

from kibana.alerts import RULES
from kibana.alerts.bodies import CONNECTOR_ID, kibana_rules
from kibana.alerts.push import push_rules
from kibana.alerts.rule import Watched
from kibana.settings import KibanaSettings
from market.errors import SinkRefused, SinkUnavailable
from market.interval import Series
from tests.kibana.alerts.alerting_server import running

WATCHED = Watched("simulated", (Series.of("simulated", "BTCUSDT", "1m"),))
ALL = [each for rule in RULES.values() for each in kibana_rules(rule, WATCHED)]
CONNECTOR = f"/api/actions/connector/{CONNECTOR_ID}"


@pytest.fixture
def kibana():
    with running() as server:
        yield server


def settings(server):
    return KibanaSettings(url=server.url, user="elastic", password=SecretStr("secret-word"))


def test_a_new_kibana_gets_the_connector_first_and_then_every_rule(kibana):
    done = push_rules(settings(kibana), ALL)
    assert (done.created, done.updated, done.disabled) == (len(ALL), 0, 0)
    posts = [path for method, path, _ in kibana.requests if method == "POST"]
    assert posts[0] == CONNECTOR
    assert kibana.objects[CONNECTOR]["config"]["index"] == "opa-alerts"
    assert {xsrf for _, _, xsrf in kibana.requests} == {"opa"}


def test_a_second_push_updates_and_does_not_enable_what_somebody_disabled(kibana):
    push_rules(settings(kibana), ALL)
    path = f"/api/alerting/rule/{ALL[0].id}"
    kibana.objects[path]["enabled"] = False
    kibana.objects[path]["name"] = "renamed"
    done = push_rules(settings(kibana), ALL)
    assert (done.created, done.updated) == (0, len(ALL))
    assert kibana.objects[path]["name"] == ALL[0].body["name"]
    assert kibana.objects[path]["enabled"] is False
    assert len(kibana.objects) == len(ALL) + 1


def test_a_rule_that_the_product_no_longer_has_is_removed_and_what_others_made_stays(kibana):
    push_rules(settings(kibana), ALL)
    copied, other = "0b6c1f3e-8d5a-4c55-9f3a-2f6f4a3f7d10", "not-an-id-of-ours"
    kibana.objects[f"/api/alerting/rule/{copied}"] = dict(ALL[0].body)
    kibana.objects[f"/api/alerting/rule/{other}"] = {**ALL[0].body, "tags": ["theirs"]}
    done = push_rules(settings(kibana), ALL[2:])
    assert done.removed == 2
    left = {path.rpartition("/")[2] for path in kibana.objects if path.startswith("/api/alerting/rule/")}
    assert left == {each.id for each in ALL[2:]} | {copied, other}


def test_rules_that_somebody_creates_at_the_same_time_are_updated(kibana):
    path = f"/api/alerting/rule/{ALL[0].id}"
    kibana.objects[path] = dict(ALL[0].body)
    kibana.answers.append(("GET", path, 404, {"message": "not found"}))
    assert push_rules(settings(kibana), ALL[:1]).updated == 1


def test_a_rule_that_moved_under_our_hands_is_tried_again(kibana):
    push_rules(settings(kibana), ALL[:1])
    kibana.answers.append(("PUT", "/api/alerting/rule/", 409, {"message": "version conflict"}))
    assert push_rules(settings(kibana), ALL[:1]).updated == 1


@pytest.mark.parametrize(
    ("status", "message", "told"),
    [
        (401, "unable to authenticate", r"401.*KIBANA_PASSWORD"),
        (403, "Action type .index is disabled because your basic license has expired", r"403.*licence"),
        (404, "Not Found", r"404.*alerting is switched off"),
        (400, "Unable to create alerts client: missing encryption key", r"encryptionKey"),
    ],
)
def test_a_refusal_says_what_to_do_and_prints_no_secret(kibana, status, message, told):
    kibana.answers.append(("GET", "/api/alerting/_health", status, {"message": message}))
    with pytest.raises(SinkRefused, match=told) as caught:
        push_rules(settings(kibana), ALL)
    assert "secret-word" not in str(caught.value)
    assert not kibana.objects


def test_a_licence_that_forbids_the_rule_is_told(kibana):
    kibana.answers.append(("POST", "/api/alerting/rule/", 403, {"message": "license does not allow"}))
    with pytest.raises(SinkRefused, match=r"license does not allow.*basic"):
        push_rules(settings(kibana), ALL)


def test_a_kibana_without_an_encryption_key_is_named_before_anything_is_written(kibana):
    kibana.health = {"is_sufficiently_secure": True, "has_permanent_encryption_key": False}
    with pytest.raises(SinkRefused, match=r"xpack\.encryptedSavedObjects\.encryptionKey"):
        push_rules(settings(kibana), ALL)
    assert not kibana.objects


def test_a_kibana_that_is_still_starting_is_asked_again(kibana):
    kibana.answers += [("GET", "/api/alerting/_health", 503, b"Kibana server is not ready yet")] * 2
    assert push_rules(settings(kibana), ALL[:1]).created == 1


def test_a_kibana_that_stays_away_is_given_up_after_bounded_tries(kibana):
    kibana.answers += [("GET", "/api/alerting/_health", 503, b"not ready")] * 9
    with pytest.raises(SinkUnavailable, match="503"):
        push_rules(settings(kibana), ALL)


def test_an_answer_that_is_no_json_is_a_refusal_only_where_it_says_no(kibana):
    kibana.answers.append(("GET", "/api/alerting/_health", 404, b"<html>"))
    with pytest.raises(SinkRefused, match="<html>"):
        push_rules(settings(kibana), ALL)


def test_without_a_kibana_the_setting_is_named():
    with pytest.raises(SinkRefused, match="set KIBANA_URL"):
        push_rules(KibanaSettings(url=""), ALL)

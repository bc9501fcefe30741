"""Every rule: in the table, asking for fields that exist, writing documents that fit."""

import json
import uuid
from pathlib import Path

import pytest

import kibana.alerts
from kibana.alerts import RULES
from kibana.alerts.ask import question
from kibana.alerts.bodies import CONNECTOR_ID, connector, kibana_rules
from kibana.alerts.rule import Moment, Watched
from market.documents import DOCUMENTS
from market.documents.stream import leaves
from market.interval import Series
from market.ports import ServiceName

WATCHED = Watched(
    "simulated",
    tuple(Series.of("simulated", symbol, name) for symbol in ("BTCUSDT", "ETHUSDT") for name in ("1m", "1h")),
)
NOW = 1_700_000_000_000
NO_RULES = {"__init__", "rule", "limits", "words", "ask", "bodies", "settings", "followed", "push", "command"}
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
BODIES = {each.id: each for rule in RULES.values() for each in kibana_rules(rule, WATCHED)}


def fields_in(query):
    """Every field that a query names."""
    if isinstance(query, list):
        return {name for each in query for name in fields_in(each)}
    if not isinstance(query, dict):
        return set()
    found = {query["exists"]["field"]} if "exists" in query else set()
    for word in ("term", "terms", "range"):
        found |= set(query.get(word, {})) if isinstance(query.get(word), dict) else set()
    return found | {name for word, each in query.items() if word == "bool" for name in _inside(each)}


def _inside(clauses):
    return {name for each in clauses.values() for name in fields_in(each)}


def test_every_file_of_a_rule_is_in_the_table():
    files = {path.stem for path in Path(kibana.alerts.__file__).parent.glob("*.py")} - NO_RULES
    assert files == set(RULES)


@every_rule
def test_a_rule_asks_for_fields_that_exist_and_may_be_searched(rule):
    known = {field.name: field for field in DOCUMENTS[rule.stream].fields}
    asked = fields_in(question(rule, WATCHED, Moment(NOW))["query"])
    assert asked - {"@timestamp"}
    assert asked | set(rule.group) <= set(known)
    assert all(known[name].searched for name in asked), [n for n in asked if not known[n].searched]


@every_rule
def test_a_rule_says_when_it_fires_and_what_to_do(rule):
    assert rule.story.endswith(".")
    assert rule.todo[-1] in ".?"
    assert rule.name


@every_rule
def test_kibana_is_asked_the_same_filters_over_the_same_window(rule):
    units = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
    ours = question(rule, WATCHED, Moment())["query"]["bool"]["filter"][1:]
    for each in kibana_rules(rule, WATCHED):
        params = each.body["params"]
        theirs = json.loads(params["esQuery"])["query"]["bool"]["filter"]
        assert theirs[: len(ours)] == ours
        assert params["timeWindowSize"] * units[params["timeWindowUnit"]] == rule.window_s
        assert params["index"] == [rule.alias]
        assert params["aggType"] == "count", "Kibana 8.12 cannot order several terms by another measure"


@pytest.mark.parametrize("each", BODIES.values(), ids=lambda each: each.body["name"])
def test_a_rule_of_kibana_uses_what_the_basic_licence_allows(each):
    body = each.body
    assert str(uuid.UUID(each.id)) == each.id
    assert body["rule_type_id"] == ".es-query"
    assert body["consumer"] == "stackAlerts"
    assert [action["group"] for action in body["actions"]] == ["query matched", "recovered"]
    assert {action["id"] for action in body["actions"]} == {CONNECTOR_ID}
    assert connector()["connector_type_id"] == ".index"
    for action in body["actions"]:
        assert set(action["frequency"]) == {"summary", "notify_when", "throttle"}
    assert set(each.update()) == {"name", "tags", "schedule", "params", "actions"}


@pytest.mark.parametrize("each", BODIES.values(), ids=lambda each: each.body["name"])
def test_what_kibana_writes_fits_the_strict_mapping(each):
    known = {field.name for field in DOCUMENTS["alerts"].fields}
    required = {f"market.{name}" for name in ("exchange", "symbol", "interval", "simulated")}
    for action in each.body["actions"]:
        (document,) = action["params"]["documents"]
        written = set(leaves(document))
        assert written <= known
        assert required <= written
        assert document["alert"]["by"] == "kibana"
        assert document["rule"]["id"] in RULES


def test_an_alert_has_one_id_in_kibana_and_in_the_notifier():
    grouped = next(kibana_rules(RULES["no_fresh_candle"], WATCHED)).body
    assert grouped["params"]["termField"] == ["market.exchange", "market.symbol", "market.interval"]
    assert grouped["actions"][0]["params"]["documents"][0]["alert"]["id"] == "no_fresh_candle:{{alert.id}}"
    names = [
        each.body["actions"][0]["params"]["documents"][0]["alert"]["id"]
        for each in kibana_rules(RULES["process_silent"], WATCHED)
    ]
    assert names == [f"process_silent:{service}" for service in ServiceName]


def test_silence_is_asked_for_one_by_one_because_no_group_shows_it():
    bodies = list(kibana_rules(RULES["process_silent"], WATCHED))
    assert len({each.id for each in bodies}) == len(ServiceName)
    for each, service in zip(bodies, ServiceName, strict=True):
        params = each.body["params"]
        assert (params["thresholdComparator"], params["threshold"], params["groupBy"]) == ("<", [1], "all")
        assert {"term": {"service.name": service}} in json.loads(params["esQuery"])["query"]["bool"]["filter"]


def test_rules_that_need_now_wait_where_kibana_does_not_know_the_market_s_time():
    enabled = {
        rule.id: next(kibana_rules(rule, WATCHED, wall_clock=False)).enabled for rule in RULES.values()
    }
    assert {name for name, on in enabled.items() if on} == {"no_decision"}


def test_ids_never_change():
    assert CONNECTOR_ID == "01653b88-2e4b-5f70-889e-299211590f6d"
    assert next(kibana_rules(RULES["no_decision"], WATCHED)).id == "138b946a-62db-56ab-8d86-a4fdea9ac28f"


def test_an_instant_counts_market_time_and_wall_time_apart():
    fast = Moment(1_000_000_000, speed=60)
    assert fast.ago(120, 10) == 1_000_000_000 - 120_000 - 600_000
    assert Moment().ago(120, 10.2) == "now-131s"

"""KQL becomes the query DSL that Kibana 8.12 makes of it."""

import pytest

from kibana.translator.fields import Fields
from kibana.translator.kuery import dsl, parse

FIELDS = Fields(
    {
        "@timestamp": "date",
        "action": "keyword",
        "ok": "boolean",
        "gain": "double",
        "message": "text",
        "model.id": "keyword",
        "model.kind": "keyword",
    }
)


def translated(text, fields=FIELDS):
    return dsl(parse(text), fields, "UTC")


def any_of(*queries):
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def term(field, value):
    return any_of({"term": {field: {"value": value}}})


BUY, SELL = term("action", "BUY"), term("action", "SELL")


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("", {"match_all": {}}),
        ("*:*", {"match_all": {}}),
        ("action: BUY", BUY),
        ("action : BUY ", BUY),
        ('action: "BUY"', BUY),
        ("action: *", any_of({"exists": {"field": "action"}})),
        ("action: B*", any_of({"wildcard": {"action": {"value": "B*"}}})),
        ("action: *a-b*", any_of({"wildcard": {"action": {"value": r"*a\-b*"}}})),
        ("ok: true", any_of({"match": {"ok": True}})),
        ("gain: 3", any_of({"match": {"gain": "3"}})),
        ("gain >= 3", any_of({"range": {"gain": {"gte": "3"}}})),
        ("gain<-2.5", any_of({"range": {"gain": {"lt": "-2.5"}}})),
        ("message: model expired", any_of({"match": {"message": "model expired"}})),
        ('message: "model expired"', any_of({"match_phrase": {"message": "model expired"}})),
        ("message: exp*", any_of({"query_string": {"fields": ["message"], "query": "exp*"}})),
        (
            "@timestamp > now-1d",
            any_of({"range": {"@timestamp": {"gt": "now-1d", "time_zone": "UTC"}}}),
        ),
        (
            '@timestamp: "2024-01-01"',
            any_of({"range": {"@timestamp": {"gte": "2024-01-01", "lte": "2024-01-01", "time_zone": "UTC"}}}),
        ),
        ("model.*: x", any_of(*({"term": {f"model.{each}": {"value": "x"}}} for each in ("id", "kind")))),
        ("unknown: x", any_of({"match": {"unknown": "x"}})),
        ("expired", {"multi_match": {"type": "best_fields", "query": "expired", "lenient": True}}),
        ('"is expired"', {"multi_match": {"type": "phrase", "query": "is expired", "lenient": True}}),
        ("exp*", {"query_string": {"query": "exp*"}}),
    ],
)
def test_an_expression_becomes_its_query(text, query):
    assert translated(text) == query


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("action: BUY and action: SELL", {"bool": {"filter": [BUY, SELL]}}),
        ("action: BUY AND action: SELL", {"bool": {"filter": [BUY, SELL]}}),
        ("action: BUY or action: SELL", any_of(BUY, SELL)),
        ("not action: BUY", {"bool": {"must_not": BUY}}),
        ("action: (BUY or SELL)", any_of(BUY, SELL)),
        ("action: (BUY and not SELL)", {"bool": {"filter": [BUY, {"bool": {"must_not": SELL}}]}}),
        (
            "action: BUY or action: SELL and gain > 1",
            any_of(BUY, {"bool": {"filter": [SELL, any_of({"range": {"gain": {"gt": "1"}}})]}}),
        ),
        (
            "(action: BUY or action: SELL) and not ok: false",
            {
                "bool": {
                    "filter": [any_of(BUY, SELL), {"bool": {"must_not": any_of({"match": {"ok": False}})}}]
                }
            },
        ),
        (
            "model: { id: x and kind: y }",
            {
                "nested": {
                    "path": "model",
                    "query": {"bool": {"filter": [term("model.id", "x"), term("model.kind", "y")]}},
                    "score_mode": "none",
                }
            },
        ),
    ],
)
def test_and_or_not_and_lists_nest_as_they_bind(text, query):
    assert translated(text) == query


def test_escaped_characters_and_keywords_are_ordinary():
    assert translated(r"action: a\:b") == term("action", "a:b")
    assert translated(r"action: a\*b") == term("action", "a*b")
    assert translated(r"action: this \or that") == term("action", "this or that")
    assert translated(r'action: "say \"hi\""') == term("action", 'say "hi"')


def test_without_a_data_view_fields_have_no_type():
    assert translated("action: BUY", None) == any_of({"match": {"action": "BUY"}})


@pytest.mark.parametrize("text", ["action: (BUY", "action :", 'action: "BUY', "a: b c: d"])
def test_what_kibana_cannot_read_is_refused(text):
    with pytest.raises(ValueError, match="KQL"):
        parse(text)

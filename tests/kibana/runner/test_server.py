"""How a request is asked of Elasticsearch."""

import httpx
import pytest

from kibana.runner.server import Server
from kibana.translator.request import Request
from market.errors import SinkRefused

QUESTION = Request("d", "lens", "p", "opa-decisions", {"size": 0}, "L1")


def ask(*answers):
    """The answer to a question and how often it was asked; the last of `answers` repeats."""
    asked = []

    def said(request):
        asked.append(request)
        return httpx.Response(200, json=answers[min(len(asked), len(answers)) - 1])

    with httpx.Client(transport=httpx.MockTransport(said), base_url="http://elasticsearch") as client:
        return Server(client).ask(QUESTION), len(asked)


def test_a_complete_answer_is_taken_at_once():
    answer, asked = ask({"timed_out": False, "hits": {}})
    assert (answer.body["hits"], answer.error, asked) == ({}, "", 1)


def test_a_partial_answer_is_asked_for_again():
    answer, asked = ask({"timed_out": True}, {"timed_out": False, "took": 3})
    assert (answer.body["took"], answer.error, asked) == (3, "", 2)


def test_an_answer_that_stays_partial_is_an_error_and_not_nothing():
    answer, asked = ask({"timed_out": True})
    assert (answer.error, asked) == ("timed out 3 times", 3)


def test_a_failed_shard_is_an_error():
    answer, _ = ask({"_shards": {"failures": [{"reason": {"reason": "no such field"}}]}})
    assert answer.error == "no such field"


def test_a_refusal_names_its_reasons():
    refused = {"error": {"reason": "all shards failed", "root_cause": [{"reason": "unknown aggregation"}]}}
    with httpx.Client(
        transport=httpx.MockTransport(lambda _: httpx.Response(400, json=refused)), base_url="http://es"
    ) as client:
        assert Server(client).ask(QUESTION).error == "400: unknown aggregation; all shards failed"


def test_rights_are_named():
    with (
        httpx.Client(
            transport=httpx.MockTransport(lambda _: httpx.Response(403)), base_url="http://es"
        ) as client,
        pytest.raises(SinkRefused, match="ES_NOTIFIER_USER"),
    ):
        Server(client).ask(QUESTION)

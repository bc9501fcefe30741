"""Decisions are told as they are recorded, and their outcomes when they are known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from market.decision import LEDGER
from market.interval import HOUR
from market.ports import Change, DecisionFilter
from model_service import news
from model_service.app import create_app
from model_service.trained import TrainedModel
from model_service.views import series_view
from tests.model_service.api.stocked import DECIDED, KEY, SERIES, in_memory, market, service_of
from tests.model_service.made import Shop, answering
from web.event_id import EventId
from web.keys import Keys

Event = tuple[str, dict[str, Any]]


@pytest.fixture
def shop(tmp_path: Path, model: TrainedModel) -> Shop:
    return in_memory(tmp_path, model)


@pytest.fixture
def client(shop: Shop) -> Iterator[httpx.Client]:
    with answering(create_app(service_of(shop), Keys.only(KEY)), KEY) as made:
        yield made


def events(answer: httpx.Response, names: tuple[str, ...] = ("decision", "outcome")) -> Iterator[Event]:
    """As they come in; the client's time limit bounds the wait for each."""
    name = ""
    for line in answer.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data" and name in names:
            yield name, json.loads(value)


def after_the_first(shop: Shop) -> dict[str, str]:
    return {"Last-Event-ID": str(EventId.of(shop.changes.epoch(), 1))}


def decide_another(shop: Shop) -> None:
    """One candle more: its decision, and the outcome of an earlier one."""
    last = shop.klines.last_confirmed(SERIES)
    assert last is not None
    bar = market()[-1:].assign(open_time=last + HOUR)
    shop.clock.time = last + 2 * HOUR + 1
    shop.confirm(bar)
    shop.scorer().catch_up()


def test_a_decision_and_an_outcome_are_told_when_they_are_recorded(client: httpx.Client, shop: Shop) -> None:
    asked = {"symbols": "NOPE,btcusdt", "interval": "1h"}
    with client.stream("GET", "/v1/stream", params=asked) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.iter_lines()
        assert any(line.startswith("id:") for line in lines), "from here on nothing is missed"
        decide_another(shop)
    newest = DecisionFilter(origins=LEDGER, newest=True, limit=3)
    recorded = [each.decision.id for each in shop.decisions.read(newest)]
    with client.stream("GET", "/v1/stream", headers=after_the_first(shop)) as answer:
        told = []
        for name, row in events(answer):
            told.append((name, row["id"]))
            if ("decision", recorded[0]) in told and name == "outcome":
                break
    assert ("outcome", recorded[2]) in told


def test_what_is_told_is_a_row_of_the_list(client: httpx.Client, shop: Shop) -> None:
    with client.stream("GET", "/v1/stream", headers=after_the_first(shop)) as answer:
        _, row = next(events(answer))
    listed = client.get("/v1/decisions", params={"order": "asc"}).json()["decisions"]
    assert row in listed


def test_more_rows_than_are_told_one_by_one_are_told_as_their_range(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "MOST_ROWS", DECIDED - 1)
    first, last = (
        shop.decisions.read(DecisionFilter(origins=LEDGER, newest=end, limit=1)) for end in (False, True)
    )
    line = Change(1, news.DECISIONS, str(SERIES), first[0].decision.open_time, last[0].decision.open_time)
    teller = news.Teller(shop.decisions)
    ((name, data),) = teller(line)
    assert name == "range"
    assert json.loads(data) == {
        **series_view(SERIES), "stream": "decisions", "start": line.from_time, "end": line.to_time + 1
    }  # fmt: skip
    fewer = teller(replace(line, to_time=line.to_time - HOUR))
    assert [kind for kind, _ in fewer].count("range") == 0
    assert len(fewer) == DECIDED - 1


def test_a_service_that_follows_nothing_says_so(shop: Shop) -> None:
    service = replace(service_of(shop), changes=None)
    with answering(create_app(service, Keys.only(KEY)), KEY) as client:
        assert client.get("/v1/stream").status_code == 503

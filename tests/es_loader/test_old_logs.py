"""Lines that a log sender brings are searchable as ECS fields, and leave when they are a month old."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from elasticsearch import Elasticsearch, helpers

from es_loader import old_logs
from es_loader.assembly import Loader
from es_loader.indices import Indices
from es_loader.old_logs import OldLogs, too_old
from market.errors import SinkUnavailable
from market.logs import EcsFormatter
from market.redaction import Redaction
from tests.servers import Elastic
from up.elasticsearch_users import LOGS as SENDER

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def sender(elastic: Elastic) -> Iterator[Elasticsearch]:
    """The user as whom Filebeat comes."""
    password = elastic.server.logs_password
    with Elasticsearch(elastic.url, ca_certs=elastic.ca, basic_auth=(SENDER, password)) as client:
        yield client


def line(at: float) -> dict[str, Any]:
    """What a service logs, its dotted names made objects as `expand_keys` does."""
    record = logging.LogRecord(
        "ingest.stream", logging.WARNING, "x.py", 1, "the market clock jumped", (), None
    )
    record.created = at
    return nested(json.loads(EcsFormatter("ingest", Redaction(iter(())), lambda: "a-request").format(record)))


def nested(fields: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in fields.items():
        *parents, leaf = name.split(".")
        place = made
        for each in parents:
            place = place.setdefault(each, {})
        if isinstance(value, dict):
            place.setdefault(leaf, {}).update(nested(value))
        else:
            place[leaf] = value
    return made


def send(sender: Elasticsearch, *lines: dict[str, Any]) -> None:
    """As Filebeat sends them: `create` without an id, into the index of their month."""
    months = ((each, datetime.fromisoformat(each["@timestamp"])) for each in lines)
    helpers.bulk(
        sender,
        ({"_op_type": "create", "_index": f"opa-logs-{at:%Y.%m}", "_source": each} for each, at in months),
    )


@pytest.mark.elastic
def test_a_line_arrives_in_the_form_of_ecs_and_leaves_when_its_month_is_old(
    loader: Loader, sender: Elasticsearch
) -> None:
    now = datetime.now(UTC).timestamp()
    send(sender, line(now), line(now - 100 * 86_400))
    new = f"opa-logs-{datetime.fromtimestamp(now, UTC):%Y.%m}"
    assert len(Indices(loader.maintainer).logs()) == 2
    loader.maintainer.indices.refresh(index=new)
    (hit,) = loader.maintainer.search(index=new)["hits"]["hits"]
    assert hit["_source"]["log"] == {"level": "warning", "logger": "ingest.stream"}
    assert hit["_source"]["service"]["name"] == "ingest"
    found = loader.maintainer.indices.get(index=new)[new]
    assert found["mappings"]["properties"]["@timestamp"] == {"type": "date"}
    assert found["settings"]["index"]["auto_expand_replicas"] == "0-1"
    follower = loader.follower()
    while follower.step():
        pass
    assert Indices(loader.maintainer).logs() == [new]


def test_a_month_goes_when_its_last_line_is_thirty_days_old() -> None:
    names = ["opa-logs-2025.12", "opa-logs-2026.01", "opa-logs-2026.02", "opa-logs-2026.03"]
    assert too_old(names, NOW) == ["opa-logs-2025.12"]
    assert too_old(names, NOW.replace(day=2)) == ["opa-logs-2025.12"]
    assert too_old(names, NOW.replace(day=4)) == ["opa-logs-2025.12", "opa-logs-2026.01"]


def test_what_somebody_else_named_so_stays() -> None:
    assert too_old(["opa-logs-2020", "opa-logs-2020.01-mine", "opa-logs-archive"], NOW) == []


class Away(Indices):
    """An Elasticsearch that does not answer, and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0

    def logs(self) -> list[str]:
        self.asked += 1
        raise SinkUnavailable("nobody answers")


def test_logs_that_cannot_be_deleted_stop_nobody_and_are_tried_again_later(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Away()
    old = OldLogs(away)
    old.drop()
    old.drop()
    assert away.asked == 1
    assert "old log lines were not deleted, the work goes on: nobody answers" in caplog.text
    monkeypatch.setattr(old_logs, "EVERY_S", 0.0)
    again = OldLogs(away)
    again.drop()
    again.drop()
    assert away.asked == 3

from __future__ import annotations

import base64
import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import mysql.connector
import pytest

from market.errors import Terminal
from market.store.settings import StoreSettings
from tests.servers import Elastic
from up.artifact import Artifact, check


def ask(elastic: Elastic, user: str, password: str, method: str, path: str, body: object = None) -> int:
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    request = urllib.request.Request(
        elastic.url + path,
        None if body is None else json.dumps(body).encode(),
        {"Authorization": f"Basic {token}", "Content-Type": "application/json"},
        method=method,
    )
    try:
        trust = ssl.create_default_context(cafile=elastic.ca)
        with urllib.request.urlopen(request, context=trust) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


@pytest.mark.elastic
def test_the_writer_may_write_documents_but_not_delete_indices(elastic: Elastic) -> None:
    writer = elastic.writer_user, elastic.writer_password
    maintainer = elastic.maintainer_user, elastic.maintainer_password
    assert ask(elastic, *writer, "PUT", "/opa-trial/_doc/1?refresh=true", {"a": 1}) == 201
    assert ask(elastic, *writer, "DELETE", "/opa-trial/_doc/1") == 200
    assert ask(elastic, *writer, "DELETE", "/opa-trial") == 403
    assert ask(elastic, *writer, "PUT", "/other/_doc/1", {"a": 1}) == 403
    assert ask(elastic, *maintainer, "DELETE", "/opa-trial") == 200
    assert ask(elastic, "opa_writer", "wrong", "GET", "/_cluster/health") == 401


@pytest.mark.elastic
def test_who_sends_logs_may_add_to_them_and_do_nothing_else(elastic: Elastic) -> None:
    sender = "opa_logs", elastic.server.logs_password
    maintainer = elastic.maintainer_user, elastic.maintainer_password
    line = {"@timestamp": "2026-11-22T05:10:00.123Z", "message": "hello", "service": {"name": "ingest"}}
    assert ask(elastic, *sender, "GET", "/_cluster/health") == 200
    assert ask(elastic, *sender, "PUT", "/opa-logs-2026.11/_create/1?refresh=true", line) == 201
    assert ask(elastic, *sender, "PUT", "/opa-logs-2026.11/_doc/1", line) == 403
    assert ask(elastic, *sender, "DELETE", "/opa-logs-2026.11/_doc/1") == 403
    assert ask(elastic, *sender, "GET", "/opa-logs-2026.11/_search") == 403
    assert ask(elastic, *sender, "DELETE", "/opa-logs-2026.11") == 403
    assert ask(elastic, *sender, "PUT", "/opa-trial/_create/1", line) == 403
    assert ask(elastic, *maintainer, "DELETE", "/opa-logs-2026.11") == 200


@pytest.mark.elastic
def test_the_notifier_may_read_everything_of_ours_and_write_alerts_alone(elastic: Elastic) -> None:
    notifier = elastic.notifier_user, elastic.notifier_password
    maintainer = elastic.maintainer_user, elastic.maintainer_password
    alert = {"@timestamp": 0}  # fits the strict template of alerts, which may be there or not
    for index in ("opa-trial", "opa-alerts-trial", "other-trial"):
        asked = ask(elastic, *maintainer, "PUT", f"/{index}")
        assert asked == (403 if index == "other-trial" else 200)
    assert ask(elastic, *notifier, "GET", "/opa-trial/_search") == 200
    assert ask(elastic, *notifier, "PUT", "/opa-trial/_doc/1", {"a": 1}) == 403
    assert ask(elastic, *notifier, "PUT", "/opa-alerts-trial/_doc/1?refresh=true", alert) == 201
    assert ask(elastic, *notifier, "PUT", "/opa-alerts-trial/_doc/1", alert) == 200
    assert ask(elastic, *notifier, "DELETE", "/opa-alerts-trial/_doc/1") == 403
    assert ask(elastic, *notifier, "PUT", "/opa-alerts-other") == 403
    assert ask(elastic, *notifier, "GET", "/other-trial/_search") == 403
    assert ask(elastic, *maintainer, "DELETE", "/opa-trial,opa-alerts-trial") == 200


@pytest.mark.elastic
def test_a_server_that_runs_learns_a_new_user_within_seconds(elastic: Elastic) -> None:
    changed = replace(elastic.server, notifier_password="another-word-of-the-tests")
    health = "GET", "/opa-no-such-index/_search?ignore_unavailable=true"
    assert ask(elastic, "opa_notifier", changed.notifier_password, *health) == 401
    try:
        changed.renew_users()
        until(lambda: ask(elastic, "opa_notifier", changed.notifier_password, *health) == 200)
    finally:
        elastic.server.renew_users()
        until(lambda: ask(elastic, "opa_notifier", elastic.notifier_password, *health) == 200)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.2)


@pytest.mark.elastic
def test_elasticsearch_is_refused_without_our_authority(elastic: Elastic) -> None:
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(elastic.url, context=ssl.create_default_context())


@pytest.mark.database
@pytest.mark.parametrize("server", ["database", "mysql8"])
def test_an_emptied_database_is_as_the_migrations_left_it(
    server: str, request: pytest.FixtureRequest
) -> None:
    settings: StoreSettings = request.getfixturevalue(server)
    with (
        mysql.connector.connect(
            host=settings.host,
            port=settings.port,
            database=settings.name,
            user="opa_reader",
            password=settings.password("reader"),
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT (SELECT seq FROM change_counter), (SELECT COUNT(*) FROM klines)")
        assert cursor.fetchall() == [(0, 0)]


def test_an_artifact_with_another_content_than_pinned_is_deleted(tmp_path: Path) -> None:
    archive = tmp_path / "wrong.zip"
    archive.write_bytes(b"something else")
    with pytest.raises(Terminal, match="has sha256"):
        check(Artifact("group:name:1", archive.name, "0" * 64), archive)
    assert not archive.exists()

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
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

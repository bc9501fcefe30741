"""Who the loader says it is: an API key, where one is set, goes before user and password."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from es_loader.client import connect
from es_loader.settings import LoaderSettings


class Listener(ThreadingHTTPServer):
    """Answers every request as an empty Elasticsearch and remembers who asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.credentials: list[str | None] = []


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.credentials.append(self.headers.get("authorization"))
        self.send_response(200)
        for name, value in (("content-type", "application/json"), ("x-elastic-product", "Elasticsearch")):
            self.send_header(name, value)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()


def test_each_user_comes_with_its_own_key_or_password(listener: Listener) -> None:
    settings = LoaderSettings.model_validate(
        {
            "ES_URL": f"http://127.0.0.1:{listener.server_address[1]}",
            "ES_CA": None,
            "ES_WRITER_API_KEY": "d3JpdGVyOmtleQ==",
            "ES_WRITER_PASSWORD": "not used",
            "ES_MAINTAINER_PASSWORD": "a word",
        }
    )
    with connect(settings, "writer") as writer, connect(settings, "maintainer") as maintainer:
        writer.cluster.health()
        maintainer.cluster.health()
    login = base64.b64encode(b"opa_maintainer:a word").decode()
    assert listener.credentials == ["ApiKey d3JpdGVyOmtleQ==", f"Basic {login}"]

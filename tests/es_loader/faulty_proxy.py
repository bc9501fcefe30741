"""A local HTTP proxy before Elasticsearch that spoils what a test asks it to spoil."""

from __future__ import annotations

import http.client
import random
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import orjson

# What to do with the n-th bulk request (from 0): "pass" it, answer "503", let "429" befall some of its
# documents, "cut" the connection after Elasticsearch has applied it, or be "away" and say nothing.
Plan = Callable[[int], str]


class Proxy(ThreadingHTTPServer):
    """Forwards to `target`; `bulks` counts the bulk requests seen. `away` is no server at all."""

    daemon_threads = True

    def __init__(self, target: str, ca: str, plan: Plan, busy_share: float = 0.5) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target)
        self.trust = ssl.create_default_context(cafile=ca)
        self.plan = plan
        self.bulks = 0
        self.busy_share = busy_share
        self.dice = random.Random(7)
        self.away = threading.Event()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def forward(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any, bytes]:
        """What Elasticsearch answers."""
        connection = http.client.HTTPSConnection(
            self.target.hostname or "", self.target.port, context=self.trust, timeout=60
        )
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._handle()

    do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        fault = "away" if self.server.away.is_set() else "pass"
        if fault == "pass" and self.path.startswith("/_bulk"):
            fault = self.server.plan(self.server.bulks)
            self.server.bulks += 1
        if fault == "503":
            self._answer(503, b'{"error":"busy","status":503}')
        elif fault == "429":
            self._answer(*self._some(body))
        elif fault == "away":
            self.close_connection = True
        else:
            status, headers, answer = self._forward(body)
            if fault == "cut":
                self.close_connection = True
                self.connection.close()
            else:
                self._answer(status, answer, dict(headers).get("content-type", "application/json"))

    def _forward(self, body: bytes, path: str | None = None) -> tuple[int, Any, bytes]:
        kept = ("authorization", "content-type", "accept")
        headers = {name: value for name in kept if (value := self.headers.get(name))}
        return self.server.forward(self.command, path or self.path, body, headers)

    def _some(self, body: bytes) -> tuple[int, bytes]:
        """Apply most documents (bodies of `index` operations only) and refuse the others for now."""
        lines = body.splitlines(keepends=True)
        pairs = [b"".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
        refused = [self.server.dice.random() < self.server.busy_share for _ in pairs]
        kept = b"".join(pair for pair, busy in zip(pairs, refused, strict=True) if not busy)
        applied = iter(orjson.loads(self._forward(kept, "/_bulk")[2])["items"] if kept else ())
        busy_item = {"index": {"status": 429, "error": {"type": "rejected", "reason": "queue full"}}}
        items = [busy_item if busy else next(applied) for busy in refused]
        failed = any(next(iter(item.values()))["status"] >= 300 for item in items)
        return 200, orjson.dumps({"errors": failed, "items": items})

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("x-elastic-product", "Elasticsearch")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def faulty(target: str, ca: str, plan: Plan, busy_share: float = 0.5) -> Iterator[Proxy]:
    """A running proxy."""
    with Proxy(target, ca, plan, busy_share) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server
        server.shutdown()

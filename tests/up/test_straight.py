"""What `sh setup.sh` asks by HTTP leads nowhere else, and our passwords with it neither."""

import threading
import urllib.error
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.request import Request

import pytest

from up.straight import ask

UP = Path(__file__).parents[2] / "up"


class _Leading(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302 if self.path == "/" else 200)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Be silent."""


@pytest.fixture
def leading() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_Handler", (_Leading,), {"asked": []}))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_that_leads_elsewhere_is_an_error(leading):
    address = f"http://127.0.0.1:{leading.server_address[1]}"
    with pytest.raises(urllib.error.HTTPError, match="302"):
        ask(Request(f"{address}/", headers={"Authorization": "Basic b3BhOndvcmQ="}), 10)
    assert leading.RequestHandlerClass.asked == ["/"]
    with ask(f"{address}/there", 10) as answer:
        assert answer.status == 200


def test_nothing_of_setup_asks_in_another_way():
    users = {
        path.name
        for path in UP.glob("*.py")
        if "urlopen(" in path.read_text() or "build_opener(" in path.read_text()
    }
    assert users == {"straight.py"}

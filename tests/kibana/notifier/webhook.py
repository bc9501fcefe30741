"""A webhook on this machine: it keeps what it was sent, and can refuse."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.kibana.answering import answering


class Webhook(ThreadingHTTPServer):
    """`status` is what it answers; `received` what it took, with the time of arrival."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.received = []
        self.refused = 0

    @property
    def address(self):
        return f"json://127.0.0.1:{self.server_port}/token-of-the-tests"

    @property
    def titles(self):
        return [each["title"] for each in self.received]


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.server.status == 200:
            self.server.received.append({**message, "at": time.time()})
        else:
            self.server.refused += 1
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        return


def listening():
    return answering(Webhook())

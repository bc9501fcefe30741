"""Answers at Kibana's door as far as our health check and our push ask; proves wiring, not dashboards."""

from __future__ import annotations

import json
import os
import ssl
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Doors(BaseHTTPRequestHandler):
    """`GET /login`, and an import that counts the objects it is sent."""

    def do_GET(self) -> None:
        """200 for the login page, 404 for anything else."""
        self._answer(200 if self.path == "/login" else 404, {})

    def do_POST(self) -> None:
        """`{"success": true, "successCount": 42}`; 401 without a user."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "Authorization" not in self.headers:
            self._answer(401, {"message": "missing authentication credentials"})
            return
        count = sum(line.startswith(b'{"') for line in body.splitlines())
        self._answer(200, {"success": True, "successCount": count})

    def _answer(self, status: int, content: dict[str, object]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve with the certificate that compose.yml names; fail where a variable of Kibana's is missing."""
    for name in (
        "ELASTICSEARCH_HOSTS",
        "ELASTICSEARCH_PASSWORD",
        "XPACK_ENCRYPTEDSAVEDOBJECTS_ENCRYPTIONKEY",
    ):
        if not os.environ[name]:
            raise SystemExit(f"{name} is empty")
    server = ThreadingHTTPServer((os.environ["SERVER_HOST"], 5601), Doors)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.environ["SERVER_SSL_CERTIFICATE"], os.environ["SERVER_SSL_KEY"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()


main()

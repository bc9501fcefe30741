"""A local server that answers as Kibana's alerting API does: no upsert, and its own ways to say no."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.kibana.answering import answering

HEALTHY = {"is_sufficiently_secure": True, "has_permanent_encryption_key": True}
UPDATED = {
    "/api/alerting/rule/": {"name", "tags", "schedule", "params", "actions", "throttle", "notify_when"},
    "/api/actions/connector/": {"name", "config", "secrets"},
}


class Kibana(ThreadingHTTPServer):
    """Objects by path. `answers` are given first, by method and beginning of the path, once each."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.health = HEALTHY
        self.objects = {}
        self.answers = []
        self.requests = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def planned(self, method, path):
        for each in self.answers:
            if each[0] == method and path.startswith(each[1]):
                self.answers.remove(each)
                return each[2], each[3]
        return None

    def answer(self, method, path, body):
        if planned := self.planned(method, path):
            return planned
        if path == "/api/alerting/_health":
            return 200, self.health
        if path.startswith("/api/alerting/rules/_find?"):
            rules = [
                (each, body) for each, body in self.objects.items() if each.startswith("/api/alerting/rule/")
            ]
            return 200, {"data": [{"id": each.rpartition("/")[2], **body} for each, body in rules]}
        if method == "DELETE":
            return (204, b"") if self.objects.pop(path, None) else (404, {"message": "not found"})
        if method == "GET":
            found = self.objects.get(path)
            return (200, found) if found else (404, {"message": f"Saved object [{path}] not found"})
        if method == "POST" and path in self.objects:
            return 409, {"message": f"Saved object [{path}] conflict"}
        if method == "PUT":
            allowed = next(keys for start, keys in UPDATED.items() if path.startswith(start))
            if unknown := set(body) - allowed:
                return 400, {
                    "message": f"[request body.{sorted(unknown)[0]}]: definition for this key is missing"
                }
            if path not in self.objects:
                return 404, {"message": "not found"}
        self.objects[path] = {**self.objects.get(path, {}), **body}
        return 200, self.objects[path]


class _Handler(BaseHTTPRequestHandler):
    def _any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.requests.append((self.command, self.path, self.headers.get("kbn-xsrf")))
        status, answer = self.server.answer(self.command, self.path, body)
        payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = do_DELETE = _any

    def log_message(self, *_):
        return


def running():
    return answering(Kibana())

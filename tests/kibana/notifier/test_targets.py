"""Where the messages of an address go is known before one is sent, and no answer leads them elsewhere."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from kibana.notifier.targets import Message, targets
from market.outbound import Fence, HostRefused
from tests.kibana.answering import answering

MESSAGE = Message("fired", "a title", "a body")


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("jsons://somebody:word@host.example.org:8443/path", "host.example.org:8443"),
        ("json://127.0.0.1:9000/", "127.0.0.1:9000"),
        ("mailtos://somebody:word@gmail.com", "smtp.gmail.com:587"),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", "api.telegram.org:443"),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/", "hooks.slack.com:443"),
    ],
)
def test_the_fence_lets_the_messages_of_an_address_through_and_nothing_else(address, reached):
    fence = Fence("notifier")
    fence.allow(targets(address)[0].addresses(), inside=True)
    host, port = urlsplit(f"//{reached}").hostname, urlsplit(f"//{reached}").port
    fence("socket.getaddrinfo", (host, port))
    fence("socket.connect", (None, (host, port)))
    with pytest.raises(HostRefused):
        fence("socket.connect", (None, ("collector.example.com", 443)))


def test_a_target_that_leads_elsewhere_has_not_taken_the_message(webhook):
    with answering(ThreadingHTTPServer(("127.0.0.1", 0), _Leading)) as leading:
        leading.towards = webhook.address.replace("json", "http")
        assert not targets(f"json://127.0.0.1:{leading.server_port}/")[0].send(MESSAGE)
    assert webhook.received == []


class _Leading(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(307)
        self.send_header("Location", self.server.towards)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        return

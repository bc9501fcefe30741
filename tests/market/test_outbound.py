"""A confined process talks to the hosts of its settings and to no others, whatever library it uses.

A fence cannot be taken away again, so every process here is one of its own.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from market.outbound import NEEDED, Fence, HostRefused
from market.ports import ServiceName

ROOT = Path(__file__).parents[2]
CLIENTS = {
    "urllib": "import urllib.request as u; u.urlopen(url, timeout=5).read()",
    "requests": "import requests; requests.get(url, timeout=5)",
    "httpx": "import httpx; httpx.get(url, timeout=5)",
    "aiohttp": """
import aiohttp, asyncio
async def ask():
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        await answer.read()
asyncio.run(ask())""",
    "elasticsearch": """
import elasticsearch
elasticsearch.Elasticsearch(url, max_retries=0).perform_request('GET', '/')""",
    "websockets": """
import asyncio, websockets
async def ask():
    try:
        await websockets.connect(url.replace("http", "ws"))
    except websockets.exceptions.InvalidStatus:
        pass
asyncio.run(ask())""",
    "datagram": """
import socket
port = int(url.rpartition(":")[2].strip("/"))
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"a secret", ("127.0.0.1", port))""",
}


class _Listener(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    reached: list[str]

    def do_GET(self) -> None:
        self.reached.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("X-Elastic-Product", "Elasticsearch")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_arguments: object) -> None:
        """Be silent."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    running = ThreadingHTTPServer(("127.0.0.1", 0), type("_Handler", (_Listener,), {"reached": []}))
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def confined(code: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `code` in a process of its own, confined as the loader; it says REACHED when nothing stopped it."""
    lines = ["import market", "from market.outbound import confine, allow", "confine('es-loader')", code]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(
        [sys.executable, "-c", "\n".join([*lines, "print('REACHED')"])],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("client", CLIENTS)
def test_a_host_that_no_setting_names_is_not_reached(client, server, tmp_path):
    port = server.server_address[1]
    ended = confined(f"url = 'http://127.0.0.1:{port}/'\n{CLIENTS[client]}", tmp_path)
    assert "REACHED" not in ended.stdout
    assert (
        f"es-loader may not talk to 127.0.0.1:{port}, only to 127.0.0.1:3406, 127.0.0.1:9243" in ended.stderr
    )
    assert "OPA_OUTBOUND_HOSTS" in ended.stderr
    assert server.RequestHandlerClass.reached == []


@pytest.mark.parametrize("client", CLIENTS)
def test_the_hosts_of_the_settings_are_reached(client, server, tmp_path):
    url = f"http://127.0.0.1:{server.server_address[1]}"
    ended = confined(f"url = {url!r}\n{CLIENTS[client]}", tmp_path, ES_URL=url)
    assert "REACHED" in ended.stdout, ended.stderr


def test_a_name_that_no_setting_names_is_not_even_looked_up(tmp_path):
    ended = confined("import socket; socket.getaddrinfo('collector.example.org', 443)", tmp_path)
    assert "may not talk to collector.example.org" in ended.stderr


def test_a_redirect_to_another_host_ends_at_the_fence(server, tmp_path):
    port = server.server_address[1]

    class Leading(_Listener):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{port}/latest/meta-data")
            self.send_header("Content-Length", "0")
            self.end_headers()

    leading = ThreadingHTTPServer(("127.0.0.1", 0), Leading)
    threading.Thread(target=leading.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{leading.server_address[1]}"
    ended = confined(f"url = {url!r}\n{CLIENTS['requests']}", tmp_path, ES_URL=url)
    leading.shutdown()
    leading.server_close()
    assert f"may not talk to 127.0.0.1:{port}" in ended.stderr
    assert server.RequestHandlerClass.reached == []


def test_what_the_user_allows_besides_and_a_proxy_are_reached(server, tmp_path):
    port = server.server_address[1]
    url = f"http://127.0.0.1:{port}/"
    for allowed in (
        {"OPA_OUTBOUND_HOSTS": f"127.0.0.1:{port}"},
        {"http_proxy": url},
        {"http_proxy": f"127.0.0.1:{port}"},
    ):
        ended = confined(f"url = {url!r}\n{CLIENTS['urllib']}", tmp_path, **allowed)
        assert "REACHED" in ended.stdout, ended.stderr


@pytest.mark.parametrize(
    "written",
    [
        *("https://api.example.org", "https://api.example.org:443", "api.example.org", "api.example.org:"),
        *("api.example.org:443/path", "api.example.org:70000", "::1:9200", "me@api.example.org:443"),
    ],
)
def test_a_host_that_cannot_be_read_stops_the_start_and_says_what_to_write(written, tmp_path):
    ended = confined("", tmp_path, OPA_OUTBOUND_HOSTS=f"localhost:1,{written}")
    assert ended.returncode == 2
    assert "REACHED" not in ended.stdout
    said = f"OPA_OUTBOUND_HOSTS: {written!r} is no host:port: write name and port and no more, as api"
    assert ended.stderr.startswith(said)
    assert "Traceback" not in ended.stderr


def test_hosts_may_be_names_and_addresses_of_both_kinds(tmp_path):
    allowed = " api.example.org:443 , 10.1.2.3:80,[::1]:9200,localhost:5000,"
    assert "REACHED" in confined("", tmp_path, OPA_OUTBOUND_HOSTS=allowed).stdout


def test_the_settings_of_the_folder_count_like_those_of_the_environment(server, tmp_path):
    url = f"http://127.0.0.1:{server.server_address[1]}"
    (tmp_path / ".env").write_text(f"ES_URL={url}\n")
    assert "REACHED" in confined(f"url = {url!r}\n{CLIENTS['httpx']}", tmp_path).stdout


def test_listening_and_sockets_of_this_machine_are_free(tmp_path):
    code = """
import socket, asyncio
listener = socket.create_server(("127.0.0.1", 0))
local = socket.socket(socket.AF_UNIX); local.bind("here"); local.listen()
socket.socket(socket.AF_UNIX).connect("here")
asyncio.run(asyncio.sleep(0))"""
    assert "REACHED" in confined(code, tmp_path).stdout


def _tried(fence: Fence, host: str, port: int) -> bool:
    try:
        fence("socket.connect", (None, (host, port)))
    except HostRefused:
        return False
    return True


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "::1", "fe80::1", "::ffff:10.1.2.3"]
)
def test_the_name_of_an_exchange_may_not_lead_inside(inside):
    fence = Fence("ingest")
    fence.allow(["https://api.exchange.example"], inside=False)
    assert not _tried(fence, inside, 443)
    assert _tried(fence, "8.8.8.8", 443)
    assert not _tried(fence, "8.8.8.8", 80)


def test_the_name_of_our_own_database_may_lead_inside():
    fence = Fence("ingest")
    fence.allow(["//localhost:3406", "//database.example.org:3306"], inside=True)
    assert _tried(fence, "127.0.0.1", 3406)
    assert _tried(fence, "::1", 3406)
    assert not _tried(fence, "127.0.0.1", 3306)


def test_an_address_that_cannot_be_read_allows_nothing():
    fence = Fence("ingest")
    fence.allow(["", "https://", "//host:port", "nonsense", "ftp://files.example.org"], inside=True)
    assert not _tried(fence, "8.8.8.8", 443)


def test_every_service_says_whom_it_needs():
    assert set(NEEDED) == {str(name) for name in ServiceName} | {"simulator"}


def test_every_process_that_is_started_is_confined():
    """Its entry point calls `confine` with its name."""
    sources = [path.read_text(encoding="utf-8") for room in ROOT.iterdir() if (room / "__init__.py").exists()
               for path in room.rglob("*.py")]  # fmt: skip
    members = {str(each): f"confine(ServiceName.{each.name})" for each in ServiceName}
    for name in NEEDED:
        calls = (f'confine("{name}")', members.get(name, "confine()"))
        assert any(call in text for text in sources for call in calls), name

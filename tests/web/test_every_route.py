"""Default deny, walked along the route tables: a new route cannot be forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx
import pytest
from fastapi import FastAPI, WebSocket
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

from api_historic.app import create_app as historic_app
from console.app import create_app as console_app
from model_service.app import create_app as model_app
from model_service.deps import Service
from tests.api_historic.conftest import seeded
from tests.api_historic.serving import serving
from tests.model_service.made import memory_shop
from tests.web.route_table import Entry, walk
from tests.web.service import KEYS, MAY_READ, Gate, small_service
from web.bounds import Bounds
from web.front import guard

OPEN: Final = {"/health", "/ready", "/openapi.json", "/docs"}
# They compute and write nothing.
READING_POSTS: Final = {"/v1/predict", "/v1/what-if"}
METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
WITHOUT_A_KEY: Final[list[dict[str, str]]] = [
    {},
    {"X-API-Key": ""},
    {"X-API-Key": "wrong"},
    {"Authorization": "Bearer wrong"},
    {"Authorization": f"Basic {MAY_READ['X-API-Key']}"},
]


def forgetful() -> FastAPI:
    """An application whose authors have thought of no key anywhere."""
    app = FastAPI(docs_url=None, redoc_url=None)

    @app.get("/v1/forgotten")
    async def forgotten() -> str:
        return "secret"

    @app.websocket("/v1/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()

    inner = Starlette(routes=[Route("/inner", lambda _request: PlainTextResponse("secret"))])
    app.router.routes.append(Mount("/mounted", inner))
    guard(app, KEYS, Bounds(), {"database": Gate().ask})
    return app


def model(folder: Path) -> FastAPI:
    shop = memory_shop(folder)
    return model_app(
        Service(shop.klines, shop.decisions, shop.shelf, lambda _: shop.clock, lambda *_: None), KEYS
    )


APPLICATIONS: Final[dict[str, Callable[[Path], FastAPI]]] = {
    "historic": lambda _: historic_app(seeded(), KEYS),
    "model": model,
    "small": lambda _: small_service(Gate()),
    "forgetful": lambda _: forgetful(),
}


@pytest.fixture(scope="module", params=APPLICATIONS)
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[httpx.Client, list[Entry]]]:
    app = APPLICATIONS[request.param](tmp_path_factory.mktemp("models"))
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        yield client, walk(app)


def test_the_walk_finds_every_route_that_is_documented(served: tuple[httpx.Client, list[Entry]]) -> None:
    client, entries = served
    assert set(client.get("/openapi.json").json()["paths"]) <= {entry.template for entry in entries}
    assert {entry.template for entry in entries} >= OPEN | {"/metrics"}


def test_without_a_key_nothing_but_the_open_routes_answers(
    served: tuple[httpx.Client, list[Entry]],
) -> None:
    client, entries = served
    paths = {entry.path for entry in entries} - OPEN
    paths |= {"/", "/v1", "/v1/no/such/route", "/docs/", "/docs/x", "/health/", "//health", "/HEALTH"}
    for path in sorted(paths):
        for method in METHODS:
            for headers in WITHOUT_A_KEY:
                refused(client.request(method, path, headers=headers), method, path)


def refused(answer: httpx.Response, method: str, path: str) -> None:
    assert answer.status_code == 401, f"{method} {path}"
    assert answer.headers["www-authenticate"] == 'Bearer realm="OPA Crypto"'
    assert answer.headers["content-type"] == "application/problem+json"
    assert method == "HEAD" or answer.json()["code"] == "unauthorized"


def test_the_open_routes_are_read_and_nothing_else(served: tuple[httpx.Client, list[Entry]]) -> None:
    client, _ = served
    for path in OPEN - {"/ready"}:
        assert client.get(path).status_code == 200
    for path in OPEN:
        for method in set(METHODS) - {"GET", "HEAD"}:
            assert client.request(method, path).status_code == 405, f"{method} {path}"


def test_a_key_that_may_read_changes_nothing(served: tuple[httpx.Client, list[Entry]]) -> None:
    client, entries = served
    changing = [
        (method, entry)
        for entry in entries
        for method in entry.methods - {"GET", "HEAD"}
        if entry.template not in READING_POSTS | {"/v1/things"}
    ]
    for method, entry in changing:
        answer = client.request(method, entry.path, headers=MAY_READ, json={})
        assert answer.status_code == 403, f"{method} {entry.template}"
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "forbidden"
        assert answer.json()["hint"]


def test_something_of_the_model_api_takes_more_than_reading(tmp_path: Path) -> None:
    posts = {entry.template for entry in walk(model(tmp_path)) if "POST" in entry.methods}
    assert "/v1/models/train" in posts
    assert posts > READING_POSTS


def test_a_forgotten_route_a_mounted_one_and_a_socket_are_walked_too() -> None:
    entries = {entry.template for entry in walk(forgetful())}
    assert {"/v1/forgotten", "/v1/talk", "/mounted/{path}", "/mounted/inner"} <= entries


def test_nobody_gets_a_socket() -> None:
    asked = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    with serving(forgetful()) as address:
        assert httpx.get(f"{address}/v1/talk", headers=asked).status_code == 401
        assert httpx.get(f"{address}/v1/talk", headers=asked | MAY_READ).status_code == 404


def console() -> Starlette:
    return console_app({"historic": "http://127.0.0.1:9", "model": "http://127.0.0.1:9"}, "x" * 16)


def test_the_console_has_four_ways_in_and_one_of_them_leads_on() -> None:
    app = console()
    assert {entry.template: entry.methods for entry in walk(app)} == {
        "/health": {"GET", "HEAD"},
        "/metrics": {"GET", "HEAD"},
        "/api/{name}/{path:path}": {"GET", "HEAD", "POST"},
        "/{path:path}": {"GET", "HEAD"},
    }
    ours = {"Sec-Fetch-Site": "same-origin"}
    with serving(app) as address, httpx.Client(base_url=address, headers=ours) as client:
        for method in set(METHODS) - {"GET", "HEAD", "POST"}:
            for path in ("/health", "/metrics", "/api/model/v1/models", "/index.html"):
                assert client.request(method, path).status_code == 405, f"{method} {path}"
        for path in ("/api/model/v1/models/train", "/api/historic/v1/klines", "/api/model/metrics"):
            assert client.post(path, json={}).status_code == 405


def test_the_figures_of_the_console_take_the_key_that_its_page_never_has() -> None:
    with serving(console()) as address, httpx.Client(base_url=address) as client:
        for method in ("GET", "HEAD"):
            for headers in WITHOUT_A_KEY:
                refused(client.request(method, "/metrics", headers=headers), method, "/metrics")
        client.get("/index.html")
        for headers in ({"X-API-Key": "x" * 16}, {"Authorization": f"Bearer {'x' * 16}"}):
            answer = client.get("/metrics", headers=headers)
            assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
            assert 'opa_http_requests_total{method="GET",route="/{path}",status="200"} 1.0' in answer.text
            assert 'opa_http_requests_total{method="GET",route="/metrics",status="401"}' in answer.text

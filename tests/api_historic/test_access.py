"""Every route but health and the docs wants the key; the route table itself is walked."""

import httpx
import pytest
from fastapi.routing import APIRoute

from api_historic.app import create_app
from tests.api_historic.conftest import seeded
from web.keys import Keys

OPEN = {"/health", "/ready", "/metrics"}


def documented_paths(client: httpx.Client) -> list[str]:
    return list(client.get("/openapi.json").json()["paths"])


def test_the_route_table_holds_the_documented_routes_and_only_reads(client: httpx.Client) -> None:
    documented = client.get("/openapi.json").json()["paths"]
    assert set(documented) == {
        "/health",
        "/ready",
        "/metrics",
        "/v1/symbols",
        "/v1/intervals",
        "/v1/klines",
        "/v1/klines/latest",
        "/v1/klines/describe",
        "/v1/klines/export",
        "/v1/ticks",
        "/v1/ticks/latest",
        "/v1/ticks/describe",
        "/v1/ticks/export",
        "/v1/prices",
        "/v1/stream",
        "/v1/coverage",
        "/v1/revisions",
    }
    assert all(set(methods) == {"get"} for methods in documented.values())
    app = create_app(seeded(), Keys.only("another-key-of-length"))
    undocumented = {route.path for route in app.routes if isinstance(route, APIRoute)} - set(documented)
    assert undocumented == set()


@pytest.mark.parametrize(
    "key", [None, "", "wrong", "a-key-of-some-lengt", "a-key-of-some-lengthx", "schlüssel"]
)
def test_every_guarded_route_refuses_a_missing_or_wrong_key(
    api: str, client: httpx.Client, key: str | None
) -> None:
    headers = {} if key is None else {"X-API-Key": key.encode()}
    guarded = [path for path in documented_paths(client) if path not in OPEN]
    assert len(guarded) == 14
    for path in guarded:
        answer = httpx.get(api + path, headers=headers)
        assert answer.status_code == 401, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"].startswith("Bearer ")
        assert answer.json()["code"] == "unauthorized"
        assert "X-API-Key" in answer.json()["hint"]


def test_docs_and_health_are_open(api: str) -> None:
    for path in ("/health", "/docs", "/openapi.json"):
        assert httpx.get(api + path).status_code == 200, path


def test_every_guarded_route_documents_the_key_and_its_errors(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    for path, methods in paths.items():
        if path not in OPEN:
            assert methods["get"]["security"] == [{"APIKeyHeader": []}, {"HTTPBearer": []}], path
            assert {"200", "401", "404", "422", "503"} <= set(methods["get"]["responses"]), path


def test_every_number_of_a_request_has_bounds(client: httpx.Client) -> None:
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        for parameter in methods["get"].get("parameters", []):
            for schema in parameter["schema"].get("anyOf", [parameter["schema"]]):
                if schema.get("type") == "integer":
                    assert {"minimum", "maximum"} <= set(schema), f"{path} {parameter['name']}"
                if schema.get("type") == "string" and "enum" not in schema:
                    assert "maxLength" in schema, f"{path} {parameter['name']}"


def test_writing_is_not_allowed(client: httpx.Client) -> None:
    answer = client.post("/v1/klines")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"


def test_a_parameter_that_a_route_does_not_know_is_refused(client: httpx.Client) -> None:
    wanted = {"symbol": "BTCUSDT", "interval": "1h"}
    for path, methods in client.get("/openapi.json").json()["paths"].items():
        if path not in OPEN:
            known = {each["name"] for each in methods["get"].get("parameters", [])}
            asked = {name: value for name, value in wanted.items() if name in known}
            answer = client.get(path, params={**asked, "limitt": 3})
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter"), path
            assert answer.json()["detail"].startswith("limitt: this route knows"), path

"""What is wrong with a request is named, whatever the route; nothing ends in a 500."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from model_service.app import create_app
from model_service.registry import Shelf
from tests.model_service.api.routes import ROUTES, Route
from tests.model_service.api.stocked import KEY, NAMES, service_of
from tests.model_service.made import Shop, answering
from web.keys import Keys
from web.refusals import Problem

JSON = {"Content-Type": "application/json"}
LONG = "x" * 70_000


def only(*chosen: bool) -> Any:
    """The routes for which a choice holds."""
    kept = [route for route, choice in zip(ROUTES, chosen, strict=True) if choice]
    return pytest.mark.parametrize("route", kept, ids=str)


each_route = pytest.mark.parametrize("route", ROUTES, ids=str)
each_with_body = only(*(route.takes_body for route in ROUTES))


def refused(route: Route, answer: httpx.Response, status: int) -> Problem:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert status in route.refusals, "a refusal that the route does not declare"
    problem = Problem.model_validate_json(answer.content, strict=True)
    assert problem.status == status
    assert problem.detail
    return problem


@each_route
@pytest.mark.parametrize("key", ["", "wrong", "a-key-of-the-test", "ä"])
def test_without_the_key_nothing_is_told(route: Route, key: str, client: httpx.Client) -> None:
    answer = route.ask(client, headers={"X-API-Key": key.encode()})
    assert refused(route, answer, 401).code == "unauthorized"


@each_route
def test_a_database_that_is_away_is_said_to_be_away(route: Route, without_database: httpx.Client) -> None:
    answer = route.ask(without_database)
    assert refused(route, answer, 503).code == "store_unavailable"
    assert int(answer.headers["retry-after"]) > 0


def test_a_model_whose_files_cannot_be_used_is_named(shop: Shop, tmp_path: Path) -> None:
    (route,) = (each for each in ROUTES if each.path == "/v1/predict")
    service = replace(service_of(shop), shelf=Shelf(tmp_path))
    with answering(create_app(service, Keys.only(KEY)), KEY) as client:
        assert "train" in refused(route, route.ask(client), 409).detail


@pytest.mark.parametrize("at", ["\ud800", LONG[:50]])
def test_a_time_that_is_no_text_or_a_long_one_is_refused(at: str, client: httpx.Client) -> None:
    (route,) = (each for each in ROUTES if each.path == "/v1/predict")
    answer = client.post(route.path, content=_json({**NAMES, "at": at}), headers=JSON)
    assert refused(route, answer, 422).code == "invalid_input"


@only(*(bool(route.parameters("path")) for route in ROUTES))
def test_what_nobody_knows_is_not_found(route: Route, client: httpx.Client) -> None:
    for unknown in ("nothing", "0", "%F0%9F%90%8B", "%00", "..", "a'b", "%C3%A9"):
        path = route.path.replace("{", "").replace("}", "")
        names = [each["name"] for each in route.parameters("path")]
        for name in names:
            path = path.replace(name, unknown)
        asked = client.request(route.method, path, params=route.needed, json=route.body)
        assert asked.status_code == 404
    too_long = path.replace(unknown, LONG[:200])
    refused(route, client.request(route.method, too_long, params=route.needed, json=route.body), 422)


def _json(content: object) -> bytes:
    return json.dumps(content).encode()


def wrong_values(parameter: dict[str, Any]) -> list[str]:
    """What a parameter of this declaration has to refuse."""
    schema, name = parameter["schema"], parameter["name"]
    kinds = schema.get("anyOf", [schema])
    if any("maximum" in kind for kind in kinds):
        return ["0", "-1", str(kinds[0]["maximum"] + 1), "9" * 30, "many", "1.5", "NaN", "²", ""]
    if any(kind.get("type") == "boolean" for kind in kinds):
        return ["perhaps"]
    if name in ("start", "end", "at", "since", "until"):
        return ["yesterday", "²", "-1", "9" * 30, "2021-02-30", "1609459200", "NaN", "12021-01-01"]
    if name == "interval":
        return ["7h", "1H", "", "x" * 9]
    if name == "cursor":
        return ["abc", "²_0", "1_", "_1", "9" * 40, "1_" + "x" * 90]
    told = {"enum", "const", "$ref"}
    if any(told & (kind.keys() | kind.get("items", {}).keys()) for kind in kinds):
        return ["KEEP", "buy ", ""]
    return [LONG[:2_000]]


@only(*(bool(route.parameters("query")) for route in ROUTES))
def test_every_unusable_parameter_is_named(route: Route, client: httpx.Client) -> None:
    for parameter in route.parameters("query"):
        for wrong in wrong_values(parameter):
            answer = route.ask(client, {parameter["name"]: wrong})
            assert answer.status_code == 422, (parameter["name"], wrong, answer.text)
            assert refused(route, answer, 422).code == "invalid_input"


@each_route
def test_a_parameter_that_no_route_knows_is_refused_by_name(route: Route, client: httpx.Client) -> None:
    problem = refused(route, route.ask(client, {"symbool": "BTCUSDT"}), 422)
    assert (problem.code, "symbool" in problem.detail) == ("unknown_parameter", True)


@only(*({"start", "end"} <= {each["name"] for each in route.parameters("query")} for route in ROUTES))
def test_an_end_before_its_start_is_refused(route: Route, client: httpx.Client) -> None:
    answer = route.ask(client, {"start": "2026-01-02", "end": "2026-01-01"})
    assert "must be after" in refused(route, answer, 422).detail


@each_with_body
def test_text_that_is_no_json_is_told_from_json_that_is_wrong(route: Route, client: httpx.Client) -> None:
    for broken in (b"{", b"\xff\xfe", b"[" * 5_000, b'{"a": 1' + b"0" * 5_000 + b"}"):
        answer = route.ask(client, json=None, content=broken, headers=JSON)
        assert refused(route, answer, 400)
    for wrong in (b"", b"null", b"[]", b'"text"', b"3"):
        answer = route.ask(client, json=None, content=wrong, headers=JSON)
        assert refused(route, answer, 422).code == "invalid_input"
    assert refused(route, route.ask(client, json=None, content=b"symbol=BTCUSDT"), 422)


@each_with_body
def test_a_body_that_is_too_long_is_not_read(route: Route, client: httpx.Client) -> None:
    refused(route, route.ask(client, json={**(route.body or {}), "symbol": LONG}), 413)


@each_with_body
def test_a_field_that_nobody_declared_is_refused(route: Route, client: httpx.Client) -> None:
    answer = route.ask(client, json={**(route.body or {}), "sizee": 3})
    assert "sizee" in refused(route, answer, 422).detail


@each_with_body
def test_every_field_of_a_body_refuses_what_it_cannot_be(route: Route, client: httpx.Client) -> None:
    body = route.body or {}
    for name in body:
        for wrong in ({"a": 1}, [[1]], "\ud800", LONG[:3_000]):
            answer = route.ask(client, json=None, content=_json({**body, name: wrong}), headers=JSON)
            assert answer.status_code == 422, (name, wrong, answer.text)
            refused(route, answer, 422)


@only(*(NAMES.keys() <= (route.body or {}).keys() for route in ROUTES))
def test_a_series_that_the_store_lacks_is_not_found(route: Route, client: httpx.Client) -> None:
    body = {**(route.body or {}), **NAMES}
    for name, unknown in (("exchange", "nowhere"), ("symbol", "NOPE"), ("interval", "1M"), ("symbol", "ß")):
        refused(route, route.ask(client, json={**body, name: unknown}), 404)
    refused(route, route.ask(client, json={**body, "interval": "7h"}), 422)


def test_a_path_and_a_method_that_do_not_exist(client: httpx.Client) -> None:
    assert client.get("/nothing").status_code == 404
    answer = client.delete("/v1/decisions")
    assert (answer.status_code, answer.headers["content-type"]) == (405, "application/problem+json")
    assert answer.headers["allow"]


def test_of_several_values_the_wrong_one_is_named_with_its_parameter(client: httpx.Client) -> None:
    told = client.get("/v1/decisions", params={"action": ["BUY", "buy"]}).json()
    assert told["detail"] == "action.1: Input should be 'BUY', 'SELL' or 'HOLD'"
    assert [each["where"] for each in told["errors"]] == ["action.1"]

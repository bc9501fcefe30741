"""Every route declares its answer, its example and its refusals, and answers as it declares."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from model_service.shapes.shape import Shape, example
from tests.model_service.api.routes import DOCUMENT, ROUTES, SHAPED, SHAPES, Route, example_of
from web.refusals import Problem

each_route = pytest.mark.parametrize("route", ROUTES, ids=str)
each_shaped = pytest.mark.parametrize("route", SHAPED, ids=str)


@each_route
def test_a_route_says_what_it_does_and_what_it_answers(route: Route) -> None:
    assert route.said["summary"]
    assert route.said["description"], "the docstring of the route"
    assert not route.has_shape or issubclass(route.shape, Shape)


@each_route
def test_a_route_declares_the_refusals_that_it_can_give(route: Route) -> None:
    expected = {401, 503}
    expected |= {422} if route.said.get("parameters") else set()
    expected |= {404} if route.parameters("path") else set()
    expected |= {400, 413, 422} if route.takes_body else set()
    assert expected <= set(route.refusals)
    for status, told in route.refusals.items():
        said = told["content"]["application/problem+json"]["example"]
        problem = Problem.model_validate_json(json.dumps(said), strict=True)
        assert problem.status == status
        assert not told["content"].keys() - {"application/problem+json"}


@each_route
def test_every_parameter_has_an_example(route: Route) -> None:
    for parameter in route.said.get("parameters", []):
        assert example_of(parameter["schema"]) is not None or parameter["schema"].get("default", 0) is None


@pytest.mark.parametrize("shape", SHAPES.values(), ids=str)
def test_a_shape_has_no_optional_field_and_a_valid_example(shape: type[Shape]) -> None:
    optional = [name for name, field in shape.model_fields.items() if not field.is_required()]
    assert not optional, "write `X | None` without a default: an answer has every field"
    shape.model_validate_json(json.dumps(example(shape)), strict=True)
    declared: dict[str, Any] = DOCUMENT["components"]["schemas"]
    if shape.__name__ in declared:
        assert declared[shape.__name__]["example"] == example(shape)
        assert declared[shape.__name__]["description"]


@each_shaped
def test_the_example_request_is_answered_as_declared(route: Route, client: httpx.Client) -> None:
    answer = route.ask(client)
    assert answer.status_code == route.success, answer.text
    assert answer.headers["content-type"] == "application/json"
    route.shape.model_validate_json(answer.content, strict=True)


@each_shaped
def test_every_parameter_may_be_used_alone(route: Route, client: httpx.Client) -> None:
    for parameter in route.parameters("query"):
        answer = route.ask(client, {parameter["name"]: example_of(parameter["schema"])})
        assert answer.status_code == route.success, f"{parameter['name']}: {answer.text}"
        route.shape.model_validate_json(answer.content, strict=True)

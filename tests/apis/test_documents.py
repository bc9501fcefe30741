"""Every operation says what it does, what it takes and whatever it may answer, each with an example."""

from __future__ import annotations

import json
from typing import Any

import httpx
import jsonschema_rs
import pytest

from api_historic.app import create_app as historic_app
from model_service.app import create_app as model_app
from tests.apis.documents import JSON, Operation, declared
from tests.apis.house import KEYS, OPERATE_KEY, House
from tests.apis.injection import Attacker
from web.refusals import Problem

PROBLEM = "application/problem+json"


def documents() -> dict[str, dict[str, Any]]:
    from tests.api_historic.conftest import seeded

    nothing: Any = None
    return {
        "historic": historic_app(seeded(), KEYS).openapi(),
        "model": model_app(nothing, KEYS).openapi(),
    }


DOCUMENTS = documents()
OPERATIONS = [(api, each) for api, document in DOCUMENTS.items() for each in declared(document)]
each_operation = pytest.mark.parametrize(
    ("api", "operation"), OPERATIONS, ids=[f"{api} {each}" for api, each in OPERATIONS]
)


@pytest.mark.parametrize("api", DOCUMENTS)
def test_operations_have_names_of_their_own_short_enough_to_be_called_by(api: str) -> None:
    names = [each.said["operationId"] for each in declared(DOCUMENTS[api])]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and len(name) <= 20 for name in names), names


@each_operation
def test_an_operation_says_what_it_does(api: str, operation: Operation) -> None:
    for name in ("summary", "description", "operationId", "tags"):
        assert operation.said.get(name), name
    for parameter in operation.parameters("path", "query", "header"):
        operation.example(parameter)


@each_operation
def test_an_operation_says_how_it_may_refuse(api: str, operation: Operation) -> None:
    refusals = {int(code): told for code, told in operation.said["responses"].items() if int(code) >= 400}
    takes = operation.parameters("path", "query")
    counted = operation.path.startswith("/v1/")
    assert set(refusals) >= ({401, 429, 503} if counted else set())
    assert set(refusals) >= ({422} if takes or operation.fields else set())
    assert set(refusals) >= ({400, 413} if operation.fields else set())
    for status, told in refusals.items():
        said = told["content"][PROBLEM]["example"]
        assert Problem.model_validate_json(json.dumps(said), strict=True).status == status
        assert {"type", "title", "status", "detail", "code"} <= told["content"][PROBLEM]["schema"][
            "properties"
        ].keys()


@each_operation
def test_an_answer_has_a_shape_and_an_example_of_it(api: str, operation: Operation) -> None:
    success = min(operation.said["responses"])
    content = operation.said["responses"][success]["content"]
    assert content
    told = content.get(JSON, {}).get("schema")
    if not told or operation.path.endswith("/export"):
        return
    schema = operation.resolved(told)
    example = content[JSON].get("example") or schema.get("example") or filled(operation, schema)
    known = {**schema, "components": operation.document["components"]}
    jsonschema_rs.Draft202012Validator(known).validate(example)


def filled(operation: Operation, schema: dict[str, Any]) -> dict[str, Any]:
    return {name: operation.example({"schema": told}) for name, told in schema["properties"].items()}


@each_operation
def test_the_example_request_is_answered(house: House, api: str, operation: Operation) -> None:
    with Attacker(house.addresses[api], OPERATE_KEY) as caller:
        answer = caller.ask(operation.request())
        assert str(answer.status) == min(operation.said["responses"]), answer.text
        for parameter in operation.parameters("query"):
            answer = caller.ask(operation.request(query={parameter["name"]: operation.example(parameter)}))
            assert answer.status < 300, f"{parameter['name']}: {answer.text}"


@pytest.mark.parametrize("api", DOCUMENTS)
def test_the_document_that_is_served_is_this_one(house: House, api: str) -> None:
    served = httpx.get(f"{house.addresses[api]}/openapi.json").json()
    assert served == json.loads(json.dumps(DOCUMENTS[api]))

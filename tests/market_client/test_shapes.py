"""What the client says of an answer is what the API declares of it."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

import httpx
import pytest

import market_client
from tests.apis.house import House

KINDS = {"string": str, "integer": int, "number": float, "boolean": bool, "null": NoneType, "object": dict}
DECLARED = (
    ("historic", "/v1/prices", "prices", market_client.Price),
    ("model", "/v1/decisions", "decisions", market_client.Decision),
)


@pytest.mark.parametrize(("api", "path", "rows", "shape"), DECLARED, ids=["Price", "Decision"])
def test_a_field_has_the_declared_name_and_kind(
    house: House, api: str, path: str, rows: str, shape: type
) -> None:
    document = httpx.get(f"{house.addresses[api]}/openapi.json").json()
    schemas = document["components"]["schemas"]
    answer = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    row = resolved(schemas, resolved(schemas, answer)["properties"][rows]["items"])
    for name, hint in get_type_hints(shape).items():
        told = row["properties"][name]
        assert kinds_of(schemas, told) == python_kinds(hint), name


def resolved(schemas: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    return schemas[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def kinds_of(schemas: dict[str, Any], schema: dict[str, Any]) -> set[type]:
    parts = schema.get("anyOf", [schema])
    return {KINDS[resolved(schemas, part)["type"]] for part in parts}


def python_kinds(hint: Any) -> set[type]:
    parts = get_args(hint) if isinstance(hint, UnionType) else (hint,)
    return {get_origin(part) or part for part in parts}

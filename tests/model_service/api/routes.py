"""The routes of the model API as its OpenAPI document declares them; requests from their examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import httpx

from model_service.app import create_app
from model_service.shapes.shape import Shape
from web.keys import Keys

_METHODS: Final = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, repr=False)
class Route:
    """One operation; `schemas` are the components that it refers to."""

    method: str
    path: str
    said: dict[str, Any]
    schemas: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    __repr__ = __str__

    @property
    def success(self) -> int:
        """The status of an answer that is no refusal."""
        return min(int(status) for status in self.said["responses"])

    @property
    def refusals(self) -> dict[int, Any]:
        """What is declared for each refusal."""
        return {int(code): told for code, told in self.said["responses"].items() if int(code) >= 400}

    @property
    def has_shape(self) -> bool:
        """Whether its answer is one JSON object; exports and streams go on as they like."""
        content = self.said["responses"][str(self.success)]["content"]
        return "$ref" in content.get("application/json", {}).get("schema", {})

    @property
    def shape(self) -> type[Shape]:
        """The declared shape of the answer."""
        content = self.said["responses"][str(self.success)]["content"]["application/json"]
        return SHAPES[content["schema"]["$ref"].rsplit("/", 1)[1]]

    def parameters(self, where: str) -> list[dict[str, Any]]:
        """Declared parameters in `path` or `query`."""
        return [each for each in self.said.get("parameters", []) if each["in"] == where]

    @property
    def takes_body(self) -> bool:
        """Whether a body belongs to it."""
        return "requestBody" in self.said

    @property
    def body(self) -> dict[str, Any] | None:
        """The example body."""
        if not self.takes_body:
            return None
        schema = self.said["requestBody"]["content"]["application/json"]["schema"]
        found: dict[str, Any] = self._example(schema)
        return found

    @property
    def example_path(self) -> str:
        """The path with the examples of its parameters."""
        return self.path.format(
            **{each["name"]: example_of(each["schema"]) for each in self.parameters("path")}
        )

    @property
    def needed(self) -> dict[str, Any]:
        """The examples of the query parameters that may not be left out."""
        return {
            each["name"]: example_of(each["schema"]) for each in self.parameters("query") if each["required"]
        }

    def ask(self, client: httpx.Client, query: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """The example request, with `query` beside what is needed."""
        asked: dict[str, Any] = {"json": self.body} if self.takes_body else {}
        return client.request(
            self.method, self.example_path, params=self.needed | (query or {}), **(asked | more)
        )

    def _example(self, schema: dict[str, Any]) -> Any:
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        if schema.get("type") != "object" or "example" in schema or "examples" in schema:
            return example_of(schema)
        return {name: self._example(told) for name, told in schema["properties"].items()}


def example_of(schema: dict[str, Any]) -> Any:
    """The example of a parameter or field; of an enumeration its first member."""
    for told in (schema, *schema.get("anyOf", [])):
        if "example" in told:
            return told["example"]
        if "examples" in told:
            return told["examples"][0]
    for told in (schema, *schema.get("anyOf", [])):
        while told.get("type") == "array":
            told = told["items"]
        if "$ref" in told:
            told = DOCUMENT["components"]["schemas"][told["$ref"].rsplit("/", 1)[1]]
        if "enum" in told or "const" in told:
            return told.get("const", told.get("enum", [None])[0])
    if "default" in schema:
        return schema["default"]
    raise AssertionError(f"no example: {schema}")


def _shapes(kind: type[Shape]) -> Iterator[type[Shape]]:
    for each in kind.__subclasses__():
        yield each
        yield from _shapes(each)


def _document() -> dict[str, Any]:
    nothing: Any = None
    return create_app(nothing, Keys.only("a-key-of-the-tests")).openapi()


DOCUMENT: Final = _document()
SHAPES: Final = {each.__name__: each for each in _shapes(Shape)}
ROUTES: Final = [
    Route(method, path, said, DOCUMENT["components"]["schemas"])
    for path, methods in DOCUMENT["paths"].items()
    if path.startswith("/v1/")  # the others are those of every service: tests/web
    for method, said in methods.items()
    if method in _METHODS
]
SHAPED: Final = [route for route in ROUTES if route.has_shape]

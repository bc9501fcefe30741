"""What an OpenAPI document declares of an operation, and the request that its examples make."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlencode

METHODS: Final = ("get", "post", "put", "patch", "delete")
JSON: Final = "application/json"
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """What goes over the wire."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes | None


@dataclass(frozen=True, repr=False)
class Operation:
    """A method of a path of a document."""

    method: str
    path: str
    said: Json
    document: Json

    def __repr__(self) -> str:
        return f"{self.method.upper()} {self.path}"

    @property
    def guarded(self) -> bool:
        """Whether it takes a key."""
        return bool(self.said.get("security"))

    def parameters(self, *places: str) -> list[Json]:
        """Declared parameters in `path`, `query` or `header`."""
        return [each for each in self.said.get("parameters", []) if each["in"] in places]

    @property
    def changes(self) -> bool:
        """Whether it takes a key that may change something."""
        return "403" in self.said["responses"]

    @property
    def fields(self) -> dict[str, Json]:
        """Declared fields of the body."""
        if "requestBody" not in self.said:
            return {}
        schema = self.resolved(self.said["requestBody"]["content"][JSON]["schema"])
        found: dict[str, Json] = schema["properties"]
        return found

    @property
    def needed(self) -> dict[str, Any]:
        """The examples of the query parameters that may not be left out."""
        return {each["name"]: self.example(each) for each in self.parameters("query") if each.get("required")}

    def request(self, **changed: Mapping[str, Any]) -> Request:
        """The example request, with other values in `path`, `query`, `header` and `body`."""
        places = {each["name"]: self.example(each) for each in self.parameters("path")}
        places |= changed.get("path", {})
        path = self.path.format(**{name: _escaped(str(value)) for name, value in places.items()})
        query = self.needed | changed.get("query", {})
        asked = urlencode(query, doseq=True, quote_via=quote, encoding="utf-8", errors="surrogatepass")
        headers = {name: str(value) for name, value in changed.get("header", {}).items()}
        body = None
        if self.fields:
            filled = {name: self.example({"schema": told}) for name, told in self.fields.items()}
            body = json.dumps(filled | changed.get("body", {})).encode()
            headers = {"Content-Type": JSON} | headers
        return Request(self.method.upper(), path + (f"?{asked}" if asked else ""), headers, body)

    def example(self, declared: Json) -> Any:
        """The example of a parameter or field; of an enumeration its first member."""
        schema = self.resolved(declared["schema"])
        for told in (declared, declared["schema"], schema, *map(self.resolved, schema.get("anyOf", []))):
            if "example" in told:
                return told["example"]
            if told.get("examples"):
                examples = told["examples"]
                return examples[0] if isinstance(examples, list) else next(iter(examples.values()))["value"]
        return self._first(schema)

    def _first(self, schema: Json) -> Any:
        for told in (schema, *map(self.resolved, schema.get("anyOf", []))):
            told = self.resolved(told["items"]) if told.get("type") == "array" else told
            if "enum" in told or "const" in told:
                return told.get("const", told.get("enum", [None])[0])
        if "default" in schema:
            return schema["default"]
        raise AssertionError(f"{self} has no example of {schema}")

    def resolved(self, schema: Json) -> Json:
        """A schema behind its reference."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema


def declared(document: Json) -> Iterator[Operation]:
    """Every operation of a document."""
    for path, methods in document["paths"].items():
        for method, said in methods.items():
            if method in METHODS:
                yield Operation(method, path, said, document)


def _escaped(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")

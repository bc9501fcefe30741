"""`/docs`: the OpenAPI description as one page of text, made here: no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any, Final

from fastapi import FastAPI, Request, Response

from web.security_headers import FOR_DATA

Described = dict[str, Any]
_STYLE: Final = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
summary { cursor: pointer; padding: .4rem 0 }
details { border-top: 1px solid #8886 }
code, pre { font: .9em ui-monospace, monospace; overflow-x: auto }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; vertical-align: top; padding: .2rem 1rem .2rem 0; border-top: 1px solid #8884 }
"""
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Security-Policy": f"{FOR_DATA['Content-Security-Policy']}; style-src 'sha256-{_HASH}'"
}
_CODE: Final = re.compile(r"`([^`]+)`")


def add_docs(app: FastAPI) -> None:
    """Serve the page, open to everybody as its `/openapi.json` is."""

    @cache
    def page() -> str:
        return "\n".join(_page(app.openapi()))

    async def docs(_request: Request) -> Response:
        return Response(page(), headers=_HEADERS, media_type="text/html")

    app.add_route("/docs", docs, include_in_schema=False)


def _page(api: Described) -> Iterator[str]:
    info = api["info"]
    title = escape(info["title"])
    yield "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    yield f"<title>{title}</title><style>{_STYLE}</style><main><h1>{title}</h1>"
    yield from (f"<p>{_prose(part)}</p>" for part in info.get("description", "").split("\n\n"))
    yield "<p>For programs: <a href='openapi.json'>openapi.json</a>.</p>"
    for tag, operations in _by_tag(api).items():
        yield f"<h2>{escape(tag)}</h2>"
        for method, path, operation in operations:
            yield from _operation(method, path, operation)
    yield "</main></html>"


def _by_tag(api: Described) -> dict[str, list[tuple[str, str, Described]]]:
    found: dict[str, list[tuple[str, str, Described]]] = {}
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            tag = operation.get("tags", ["other"])[0]
            found.setdefault(tag, []).append((method.upper(), path, operation))
    return found


def _operation(method: str, path: str, operation: Described) -> Iterator[str]:
    said = escape(operation.get("summary", ""))
    yield f"<details><summary><code><b>{method}</b> {escape(path)}</code> {said}</summary>"
    yield f"<p>{_prose(operation.get('description', ''))}</p>"
    parameters = [each for each in operation.get("parameters", []) if each["in"] != "header"]
    if parameters:
        yield "<table><tr><th>parameter<th>in<th>what<th>example"
        yield from map(_parameter, parameters)
        yield "</table>"
    yield f"<pre>{escape(_curl(method, path, parameters, 'requestBody' in operation))}</pre><table>"
    for status, answer in operation["responses"].items():
        kinds = ", ".join(answer.get("content", {}))
        yield f"<tr><td>{status}<td>{_prose(answer.get('description', ''))}<td>{escape(kinds)}"
    yield "</table></details>"


def _parameter(each: Described) -> str:
    need = "required" if each.get("required") else "optional"
    name, said, example = escape(each["name"]), _prose(each.get("description", "")), escape(_example(each))
    return f"<tr><td><code>{name}</code><td>{each['in']}, {need}<td>{said}<td><code>{example}</code>"


def _example(parameter: Described) -> str:
    schema = parameter.get("schema", {})
    examples = schema.get("examples") or [parameter.get("example", schema.get("default", ""))]
    return "" if examples[0] is None else str(examples[0])


def _curl(method: str, path: str, parameters: list[Described], has_body: bool) -> str:
    asked = "&".join(
        f"{each['name']}={_example(each)}"
        for each in parameters
        if each["in"] == "query" and each.get("required")
    )
    for each in parameters:
        path = path.replace(f"{{{each['name']}}}", _example(each))
    how = "" if method == "GET" else f" -X {method}"
    body = " -H 'Content-Type: application/json' -d @body.json" if has_body else ""
    return f'curl{how} -H "X-API-Key: $OPA_API_KEY"{body} "$URL{path}{"?" if asked else ""}{asked}"'


def _prose(text: str) -> str:
    return _CODE.sub(r"<code>\1</code>", escape(text.strip()))

"""The route table of an application, walked: whatever can be reached stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute


@dataclass(frozen=True)
class Entry:
    """A way in; `path` has values in place of its parameters, `template` has their names."""

    template: str
    methods: frozenset[str]

    @property
    def path(self) -> str:
        words = self.template.split("/")
        return "/".join("x" if word.startswith("{") else word for word in words)


def walk(app: Starlette) -> list[Entry]:
    """Every route, those of included routers and mounted applications too."""
    return list(_walk(app.routes, ""))


def _walk(routes: Iterable[Any], prefix: str) -> Iterator[Entry]:
    for route in routes:
        if hasattr(route, "effective_route_contexts"):  # an included router of FastAPI's
            yield from _walk(route.effective_route_contexts(), prefix)
        elif isinstance(route, Mount):
            yield Entry(f"{prefix}{route.path}/{{path}}", frozenset())
            yield from _walk(route.routes, prefix + route.path)
        elif isinstance(route, WebSocketRoute):
            yield Entry(prefix + route.path, frozenset())
        else:
            yield Entry(prefix + route.path, frozenset(route.methods or ()))

"""A query parameter that no route knows is refused: a typo must not be ignored silently."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import isclass
from typing import Any, Final

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from web.problems import UnknownParameter

# By the function of the route: a route itself cannot be a key.
_known: Final[dict[Callable[..., Any], frozenset[str]]] = {}


async def only_known_parameters(request: Request) -> None:
    """A dependency of whole routers; raises `UnknownParameter`."""
    if not request.scope["query_string"]:
        return
    known = known_parameters(request.scope["route"])
    unknown = sorted(request.query_params.keys() - known)
    if unknown:
        raise UnknownParameter(
            f"{', '.join(unknown)[:200]}: this route knows {', '.join(sorted(known)) or 'none'}"
        )


def known_parameters(route: APIRoute) -> frozenset[str]:
    """The names of the query parameters of a route and of everything that it depends on."""
    if route.endpoint not in _known:
        _known[route.endpoint] = frozenset(_names(route.dependant))
    return _known[route.endpoint]


def _names(dependant: Any) -> Iterator[str]:
    for each in dependant.query_params:
        kind = each.field_info.annotation
        if isclass(kind) and issubclass(kind, BaseModel):
            yield from (field.alias or name for name, field in kind.model_fields.items())
        else:
            yield each.alias
    for each in dependant.dependencies:
        yield from _names(each)

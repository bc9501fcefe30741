"""A query parameter that no route knows is refused, and so is a second value where only one counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from inspect import isclass
from typing import Any, Final, get_args, get_origin

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from market.errors import InvalidInput
from web.problems import UnknownParameter

# By the function of the route: a route itself cannot be a key.
_known: Final[dict[Callable[..., Any], dict[str, bool]]] = {}


async def only_known_parameters(request: Request) -> None:
    """A dependency of whole routers; raises `UnknownParameter`, or `InvalidInput` for one given twice."""
    if not request.scope["query_string"]:
        return
    known = known_parameters(request.scope["route"])
    given = [name for name, _ in request.query_params.multi_items()]
    unknown = sorted(set(given) - known.keys())
    if unknown:
        raise UnknownParameter(
            f"{', '.join(unknown)[:200]}: this route knows {', '.join(sorted(known)) or 'none'}"
        )
    twice = sorted({name for name in given if not known[name] and given.count(name) > 1})
    if twice:
        raise InvalidInput(f"{', '.join(twice)}: given several times, but only one value counts")


def known_parameters(route: APIRoute) -> dict[str, bool]:
    """The query parameters of a route and of everything it depends on: whether each may be repeated."""
    if route.endpoint not in _known:
        _known[route.endpoint] = dict(_names(route.dependant))
    return _known[route.endpoint]


def _names(dependant: Any) -> Iterator[tuple[str, bool]]:
    for each in dependant.query_params:
        kind = each.field_info.annotation
        if isclass(kind) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                yield field.alias or name, _is_list(field.annotation)
        else:
            yield each.alias, _is_list(kind)
    for each in dependant.dependencies:
        yield from _names(each)


def _is_list(kind: Any) -> bool:
    return any(get_origin(each) is list for each in (kind, *get_args(kind)))

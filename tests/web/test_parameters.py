"""A query parameter that no route knows is refused, and every one that it knows is let through."""

from typing import Annotated

import pytest
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api_historic.routes import coverage, klines, prices, symbols, ticks
from market.errors import InvalidInput
from web.parameters import known_parameters, only_known_parameters
from web.problems import UnknownParameter


class Filter(BaseModel):
    """Parameters given as a model."""

    model_config = ConfigDict(extra="forbid")
    role: str = ""
    since: int = Field(0, alias="from")
    kinds: list[str] = []


def depended(start: int = 0) -> int:
    return start


def route() -> FastAPI:
    app = FastAPI()

    @app.get("/things")
    def things(
        kind: Annotated[str, Query(alias="type")],
        first: Annotated[int, Depends(depended)],
        tag: Annotated[list[str] | None, Query()] = None,
    ) -> None: ...

    @app.get("/filtered")
    def filtered(wanted: Annotated[Filter, Query()]) -> None: ...

    return app


def known(app: FastAPI, path: str) -> dict[str, bool]:
    return known_parameters(next(each for each in app.routes if getattr(each, "path", "") == path))  # type: ignore[arg-type]


def test_names_come_from_the_route_and_from_what_it_depends_on() -> None:
    assert known(route(), "/things") == {"type": False, "tag": True, "start": False}
    assert known(route(), "/filtered") == {"role": False, "from": False, "kinds": True}


def asked(app: FastAPI, query: str) -> Request:
    matching = next(each for each in app.routes if getattr(each, "path", "") == "/things")
    return Request({"type": "http", "query_string": query.encode(), "route": matching, "headers": []})


async def test_a_typo_is_refused_by_name_with_what_is_known() -> None:
    await only_known_parameters(asked(route(), ""))
    await only_known_parameters(asked(route(), "type=a&start=1"))
    with pytest.raises(UnknownParameter, match="strat: this route knows start, tag, type"):
        await only_known_parameters(asked(route(), "type=a&strat=1"))


async def test_a_second_value_is_refused_where_only_one_counts() -> None:
    await only_known_parameters(asked(route(), "type=a&tag=1&tag=2"))
    with pytest.raises(InvalidInput, match="start: given several times"):
        await only_known_parameters(asked(route(), "type=a&start=1&start=2&tag=1&tag=2"))


@pytest.mark.parametrize(
    "router", [klines.router, ticks.router, prices.router, symbols.router, coverage.router]
)
def test_every_documented_parameter_of_the_historic_api_is_known(router: APIRouter) -> None:
    app = FastAPI()
    app.include_router(router)
    names = {
        path: {each["name"] for each in methods["get"].get("parameters", []) if each["in"] == "query"}
        for path, methods in app.openapi()["paths"].items()
    }
    assert names
    for each in router.routes:
        assert known_parameters(each).keys() == names[each.path]  # type: ignore[arg-type, attr-defined]

"""Both APIs answer as they declare, whatever is asked; `python -m bench.fuzz` asks more often."""

from __future__ import annotations

from typing import Annotated

import pytest
from fastapi import FastAPI, HTTPException, Query

from tests.api_historic.serving import serving
from tests.apis.fuzzing import fuzz, operations
from tests.apis.house import OPERATE_KEY, READ_KEY, House

CASES = {OPERATE_KEY: 25, READ_KEY: 4, None: 6}


@pytest.mark.parametrize("api", ["historic", "model"])
@pytest.mark.parametrize("key", [OPERATE_KEY, READ_KEY, None], ids=["operate", "read", "none"])
def test_an_answer_is_what_the_document_says_of_it(house: House, api: str, key: str | None) -> None:
    address, answered = house.addresses[api], set()
    for operation in operations(address):
        tally = fuzz(operation, address, key, CASES[key], number=1)
        assert tally.cases >= CASES[key]
        assert not tally.faults, "\n".join(tally.faults.values())
        answered |= set(tally.statuses)
    assert {200, 401 if key is None else 404} <= answered


def _loose() -> FastAPI:
    """Three routes that break their word, and one whose parameter takes any text."""
    app = FastAPI()
    number = {"name": "n", "in": "query", "required": True, "schema": {"type": "integer", "minimum": 1}}

    @app.get("/accepts", openapi_extra={"parameters": [number]})
    def accepts() -> dict[str, int]:
        return {}

    @app.get("/undeclared")
    def undeclared(n: int) -> None:
        raise HTTPException(418)

    @app.get("/breaks")
    def breaks(n: int) -> None:
        raise HTTPException(500)

    @app.get("/text")
    def text(symbol: Annotated[list[str] | None, Query()] = None) -> list[str]:
        return symbol or []

    return app


def test_a_service_that_breaks_its_word_is_found_out() -> None:
    with serving(_loose()) as address:
        found = {each.path: {*fuzz(each, address, None, 40, number=1).faults} for each in operations(address)}
    assert found == {
        "/accepts": {"AcceptedNegativeData at 200"},
        "/undeclared": {"UndefinedStatusCode at 418"},
        "/breaks": {"ServerError at 500", "UndefinedStatusCode at 500"},
        "/text": set(),
    }

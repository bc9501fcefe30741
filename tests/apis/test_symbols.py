"""A symbol is written alike on every route of both APIs."""

from __future__ import annotations

import json

import pytest

from tests.apis.house import OPERATE_KEY, House
from tests.apis.injection import Attacker, Place, places
from tests.apis.test_documents import OPERATIONS

NAMED = [
    (api, place)
    for api, operation in OPERATIONS
    for place in places(operation)
    if place.name in ("symbol", "symbols")
]
each_place = pytest.mark.parametrize(("api", "place"), NAMED, ids=[f"{api} {place}" for api, place in NAMED])
NONE = (
    "",
    ",",
    " ",
    "BTCUSDT ",
    " BTCUSDT",
    "BTCUSDT\t",
    "BTCUSDT\xa0",
    "BTCUSDT\u200b",
    "BTCUSDT,",
    "BTC USDT",
)


def test_both_apis_have_such_routes() -> None:
    assert {(api, place.part, place.name) for api, place in NAMED} == {
        *(("historic", "query", name) for name in ("symbol", "symbols")),
        *(("model", "query", name) for name in ("symbol", "symbols")),
        ("model", "body", "symbol"),
    }


@each_place
@pytest.mark.parametrize("text", NONE, ids=map(repr, NONE))
def test_what_is_no_name_is_refused_with_what_to_write(
    house: House, api: str, place: Place, text: str
) -> None:
    with Attacker(house.addresses[api], OPERATE_KEY) as caller:
        refused = caller.ask(place.request(text))
    assert refused.status == 422, refused.text
    told = json.loads(refused.text)
    assert told["code"] == "invalid_input"
    assert "BTCUSDT" in told["detail"] or place.name in told["detail"]


@each_place
def test_small_letters_name_the_same_market(house: House, api: str, place: Place) -> None:
    if place.operation.changes:
        return
    with Attacker(house.addresses[api], OPERATE_KEY) as caller:
        capital, small = (caller.ask(place.request(name)) for name in ("BTCUSDT", "btcusdt"))
    assert (small.status, small.rows) == (capital.status, capital.rows)
    assert small.status == 200

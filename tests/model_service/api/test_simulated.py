"""Made-up markets say so in the header of every answer about markets, and in its body."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from market.interval import Interval, Series
from market.ports import SymbolInfo
from model_service.app import create_app
from model_service.deps import Service
from model_service.registry import Shelf
from tests.contracts.decision_shops import decision, memory_shop
from tests.model_service.api.routes import ROUTES, Route
from tests.model_service.api.stocked import KEY
from tests.model_service.made import HandClock, answering
from web.keys import Keys

REAL = Series.of("binance", "BTCUSDT", "1h")
FORMATS = ("json", "ndjson", "csv", "arrow")
asked_of = pytest.mark.parametrize("route", [each for each in ROUTES if each.path != "/v1/stream"], ids=str)


@asked_of
def test_an_answer_says_in_its_header_what_its_body_says(route: Route, client: httpx.Client) -> None:
    answer = route.ask(client)
    assert answer.status_code == route.success, answer.text
    assert b'"simulated":true' in answer.content
    assert answer.headers["x-simulated"] == "true"


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[httpx.Client]:
    """A made-up market and, an hour later, a real one."""
    shop = memory_shop()
    for exchange in ("simulated", "binance"):
        shop.klines.register(SymbolInfo(exchange, "BTCUSDT", "BTC", "USDT", "TRADING"), Interval("1h"))
    shop.decisions.append([decision(0)])
    shop.decisions.append([decision(1, series=REAL)])
    service = Service(shop.klines, shop.decisions, Shelf(tmp_path), lambda _: HandClock(), lambda *_: None)
    with answering(create_app(service, Keys.only(KEY)), KEY) as made:
        yield made


@pytest.mark.parametrize("form", FORMATS)
def test_of_decisions_of_both_kinds_one_that_is_made_up_is_enough(mixed: httpx.Client, form: str) -> None:
    def said(path: str, **asked: object) -> str:
        return mixed.get(path, params={"format": form, **asked}).headers["x-simulated"]

    assert said("/v1/decisions") == said("/v1/decisions/export") == "true"
    assert said("/v1/decisions", limit=1, order="asc") == "true"
    assert said("/v1/decisions", limit=1, order="desc") == "false"
    for path in ("/v1/decisions", "/v1/decisions/export"):
        assert said(path, exchange="binance") == "false"
        assert said(path, start=decision(1).open_time) == "false"
        assert said(path, exchange="simulated", action="BUY") == "true"


@pytest.mark.parametrize("asked", [{}, {"exchange": "binance"}, {"start": decision(1).open_time}], ids=str)
def test_figures_of_decisions_say_whether_some_are_made_up(
    mixed: httpx.Client, asked: dict[str, str]
) -> None:
    answer = mixed.get("/v1/decisions/describe", params=asked)
    assert answer.json()["simulated"] is (not asked)
    assert answer.headers["x-simulated"] == str(not asked).lower()

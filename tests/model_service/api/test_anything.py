"""Whatever is asked, the answer has its declared shape or is a refusal: never a 500."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from market.store import Database, MySQLTickStore, StoreSettings
from model_service.app import create_app
from model_service.trained import TrainedModel
from tests.model_service.api.routes import ROUTES, Route, example_of
from tests.model_service.api.stocked import EXAMPLE_TIME, KEY, NAMES, on_database, service_of, with_a_tick
from tests.model_service.made import answering
from web.keys import Keys
from web.refusals import Problem

ENDING: Final = [route for route in ROUTES if route.path != "/v1/stream"]
JSON: Final = {"Content-Type": "application/json"}
WORDS: Final = (
    "", "0", "-1", "1", "true", "nan", "²", "BUY", "live", "champion", "asc", "%", "_", "'", "\\", "\x00",
    "é", "🐋", "2026-01-01", "2026-01-01T00:00:00Z", "9999-12-31", "1_ab", str(EXAMPLE_TIME), *NAMES.values(),
)  # fmt: skip
TEXTS: Final = st.one_of(
    st.sampled_from(WORDS),
    st.integers(-(10**20), 10**20).map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
VALUES: Final = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**25), 10**25), st.floats(), TEXTS, st.just("\ud800")
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=4,
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[Route, dict[str, Any]]:
    """A route with some of its parameters and fields replaced by anything."""
    route = draw(st.sampled_from(ENDING))
    names = [each["name"] for each in route.parameters("query")]
    query = draw(st.dictionaries(st.sampled_from(names), TEXTS)) if names else {}
    asked: dict[str, Any] = {"query": query}
    if route.takes_body:
        fields = st.sampled_from([*(route.body or {}), "more"])
        body = (route.body or {}) | draw(st.dictionaries(fields, VALUES, max_size=2))
        asked |= {"json": None, "content": json.dumps(body).encode(), "headers": JSON}
    return route, asked


def check(client: httpx.Client, route: Route, asked: dict[str, Any]) -> None:
    answer = route.ask(client, **asked)
    if answer.status_code == route.success:
        if route.has_shape:
            route.shape.model_validate_json(answer.content, strict=True)
        return
    assert answer.status_code in route.refusals, (str(route), asked, answer.text)
    assert answer.status_code < 500, (str(route), asked, answer.text)
    Problem.model_validate_json(answer.content, strict=True)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(requests())
def test_nothing_that_is_asked_ends_in_a_500(client: httpx.Client, request_: tuple[Route, Any]) -> None:
    check(client, *request_)


@pytest.mark.database
def test_nothing_that_is_asked_of_the_database_ends_in_a_500(
    database: StoreSettings, tmp_path: Path, model: TrainedModel
) -> None:
    shop = on_database(tmp_path, model, database)
    ticks = with_a_tick(MySQLTickStore(Database(database, "ingest")), shop)

    @settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(requests())
    def ask(asked: tuple[Route, Any]) -> None:
        check(client, *asked)

    with answering(create_app(service_of(shop, ticks), Keys.only(KEY)), KEY) as client:
        for route in ENDING:
            check(client, route, {})
            for parameter in route.parameters("query"):
                for text in (example_of(parameter["schema"]), "é🐋\x00'"):
                    check(client, route, {"query": {parameter["name"]: text}})
        ask()

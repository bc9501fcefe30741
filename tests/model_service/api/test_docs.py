"""The page about the API tells of every route, and its requests work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import pytest

from tests.model_service.api.routes import ROUTES
from tests.model_service.api.stocked import KEY

PAGE: Final = (Path(__file__).parents[3] / "docs/api.md").read_text(encoding="utf-8")
SECTION: Final = PAGE[PAGE.index("## Model API") :]
TOLD: Final = dict(re.findall(r"^\| `([A-Z]+ /\S*)` \|.*\| `(curl [^`]+)` \|$", SECTION, re.MULTILINE))


def test_the_page_has_every_route_and_no_other() -> None:
    assert sorted(TOLD) == sorted(str(route) for route in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_the_request_of_the_page_works(route: object, client: httpx.Client) -> None:
    command = TOLD[str(route)].replace("$KEY", f"X-API-Key: {KEY}").replace("$API", str(client.base_url))
    words = [word for word in shlex.split(command)[1:] if word != "-N"]
    headers, body, method = {"X-API-Key": ""}, None, "GET"
    while len(words) > 1:
        option, value, *words = words
        if option == "-H":
            headers |= dict([value.split(": ", 1)])
        else:
            assert option == "--json"
            body, method = value, "POST"
            headers["Content-Type"] = "application/json"
    asked = urlsplit(words[0])
    # Not read to its end: a stream has none.
    with client.stream(method, asked.path, params=asked.query, content=body, headers=headers) as answer:
        assert answer.is_success
    assert f"{method} {asked.path}".startswith(str(route).split("{")[0])

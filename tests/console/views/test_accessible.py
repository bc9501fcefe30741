"""Every view against axe's rules, in light and dark, on a laptop and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.conftest import CACHE
from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import VIEWS, Looking
from tests.npm_packages import node_modules

pytestmark = pytest.mark.browser
_SIZES: Final = {"laptop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
_GRAVE: Final = ("serious", "critical")


@pytest.fixture(scope="module")
def axe() -> str:
    """The rules, as a script; evaluated beside the page, whose own policy would not load it."""
    packages = node_modules(Path(__file__).parent / "axe", CACHE, "axe")
    return (packages / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def judged(chromium: Any, demo_house: DemoHouse, axe: str) -> Iterator[Looking]:
    context = chromium.new_context(viewport=_SIZES["laptop"], reduced_motion="reduce")
    looking = Looking(context.new_page(), demo_house.address)
    looking.open("jobs")
    looking.page.evaluate(axe)
    yield looking
    context.close()


def findings(page: Any) -> list[str]:
    """What axe objects to, with the places; the page scrolls inside its frames, so all of it is looked at."""
    told = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{each['impact']} {each['id']}: {node['target']} {node['failureSummary']}"
        for each in told["violations"]
        if each["impact"] in _GRAVE
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("view", VIEWS)
def test_axe_objects_to_nothing_grave(judged: Looking, view: str) -> None:
    judged.open(view)
    found: list[str] = []
    for size, viewport in _SIZES.items():
        judged.page.set_viewport_size(viewport)
        for scheme in ("light", "dark"):
            judged.page.emulate_media(color_scheme=scheme)
            judged.page.wait_for_timeout(100)
            found += [f"{view}, {size}, {scheme}: {each}" for each in findings(judged.page)]
        width = judged.page.evaluate("document.documentElement.scrollWidth")
        assert width <= viewport["width"], f"{view} scrolls sideways on a {size}"
    assert found == []


def test_a_planted_fault_is_found(judged: Looking) -> None:
    judged.open("jobs")
    judged.page.evaluate("() => { document.querySelector('#view button').textContent = ''; }")
    assert any("button-name" in each for each in findings(judged.page))

"""The pictures of the views in the documentation, made from the demo on request."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import pytest

from tests.console.views.conftest import DemoHouse
from tests.console.views.looking import Looking

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        "OPA_UPDATE_IMAGES" not in os.environ, reason="OPA_UPDATE_IMAGES=1 writes docs/images"
    ),
]
IMAGES: Final = Path(__file__).parents[3] / "docs" / "images"
_LAPTOP: Final = {"width": 1440, "height": 900}
_PHONE: Final = {"width": 390, "height": 844}


@pytest.mark.parametrize(
    ("view", "name", "size", "scheme"),
    [
        *(
            (view, f"console-{view}", _LAPTOP, "light")
            for view in ("portfolio", "record", "quality", "model")
        ),
        ("what-if", "console-what-if", _LAPTOP, "light"),
        ("jobs", "console-jobs", _LAPTOP, "light"),
        ("record", "console-record-dark", _LAPTOP, "dark"),
        ("what-if", "console-what-if-dark", _LAPTOP, "dark"),
        ("portfolio", "console-portfolio-phone", _PHONE, "light"),
        ("model", "console-model-phone", _PHONE, "dark"),
    ],
)
def test_the_picture_of_a_view_is_renewed(
    chromium: Any, demo_house: DemoHouse, view: str, name: str, size: dict[str, int], scheme: str
) -> None:
    context = chromium.new_context(viewport=size, color_scheme=scheme, reduced_motion="reduce")
    looking = Looking(context.new_page(), demo_house.address)
    looking.open(view, "simulated/BTCUSDT/1h?fee_bp=20" if view == "what-if" else "simulated/BTCUSDT/1h")
    looking.page.wait_for_timeout(500)
    looking.page.screenshot(path=IMAGES / f"{name}.png")
    context.close()

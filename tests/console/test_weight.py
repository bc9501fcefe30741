"""The first view is light."""

import re
from pathlib import Path
from typing import Any

import pytest

from console.app import STATIC
from tests.console.house import House
from tests.console.weighing import first_view

pytestmark = pytest.mark.browser
MOST_BYTES = 400_000


def test_the_first_view_weighs_less_than_400_kb(chromium: Any, house: House) -> None:
    weight = first_view(chromium, f"{house.address}/#/market/simulated/BTCUSDT/1h")
    assert weight.chart_ms > 0
    assert any("klines" in name for name in weight.parts)
    assert any("lightweight-charts" in name for name in weight.parts)
    assert weight.total < MOST_BYTES, sorted(weight.parts.items(), key=lambda each: -each[1])


def imported(module: Path, found: set[Path]) -> set[Path]:
    """The module with everything it imports at once."""
    if module not in found:
        found.add(module)
        for name in re.findall(r'from "([^"]+)"', module.read_text()):
            imported((module.parent / name).resolve(), found)
    return found


def test_no_module_of_the_first_view_waits_for_another_to_name_it() -> None:
    first = imported(STATIC / "js/main.js", set()) | imported(STATIC / "js/views/market.js", set())
    named = re.findall(r'<link rel="modulepreload" href="([^"]+)">', (STATIC / "index.html").read_text())
    assert {STATIC / name for name in named} == first - {STATIC / "js/main.js"}

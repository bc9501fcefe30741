"""Vega, Vega-Lite and Vega's interpreter as Kibana 8.12.2 carries them, from npm, checked by their lock."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.npm_packages import node_modules

_BUNDLES: Final = (
    "vega/build/vega.min.js",
    "vega-lite/build/vega-lite.min.js",
    "vega-interpreter/build/vega-interpreter.min.js",
)


def bundles(cache: Path) -> list[Path]:
    """The three scripts, in the order a page loads them."""
    packages = node_modules(Path(__file__).parent, cache, "vega")
    return [packages / each for each in _BUNDLES]

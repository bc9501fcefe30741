"""A panel as Kibana's own libraries draw it, in Chromium: the picture, and what is in it."""

from __future__ import annotations

import copy
import html
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from tests.kibana.drawing.libraries import bundles

Json = dict[str, Any]
CHROMIUM: Final = "/usr/bin/chromium"
_ARGUMENTS: Final = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
_SCREEN: Final = 1440  # CSS pixels of a dashboard's 48 columns
_ROW, _MARGIN, _HEADER = 20, 8, 28
_PAGE: Final = """<!doctype html><meta charset="utf-8"><style>
body { margin: 0; background: #fff; font-family: Inter, "Helvetica Neue", Arial, sans-serif; }
#panel { box-sizing: border-box; width: %dpx; height: %dpx; padding: 0 8px 8px; display: flex;
         flex-direction: column; }
h2 { flex: none; margin: 0; font-size: 13px; line-height: %dpx; color: #1a1c21; }
#view { flex: 1; min-height: 0; overflow: hidden; }
</style><div id="panel"><h2>%s</h2><div id="view"></div></div>"""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came out: marks by name, words, warnings, numbers that are none."""

    marks: Sequence[Mapping[str, Any]]
    words: Sequence[str]
    broken: Sequence[str]
    said: Sequence[str]
    milliseconds: float
    versions: Sequence[str]
    png: bytes

    @property
    def count(self) -> int:
        """Marks that can be seen."""
        return sum(each["count"] for each in self.marks)


class Canvas:
    """A page with the libraries in it."""

    def __init__(self, page: Page, scripts: Sequence[Path]) -> None:
        self._page = page
        self._scripts = [*scripts, Path(__file__).with_name("draw.js")]

    def draw(self, spec: Json, title: str = "", columns: int = 48, rows: int = 20) -> Drawn:
        """`spec` with its answers in place, in a panel of `columns` x `rows` of the dashboard's grid."""
        width = _SCREEN * columns // 48 - _MARGIN
        height = rows * _ROW + (rows - 1) * _MARGIN
        self._page.set_viewport_size({"width": width, "height": height})
        self._page.set_content(_PAGE % (width, height, _HEADER, html.escape(title)))
        for script in self._scripts:
            self._page.add_script_tag(path=script)
        found = self._page.evaluate("spec => draw(spec)", spec)
        return Drawn(**found, png=self._page.screenshot(type="png"))


@contextmanager
def canvas(cache: Path, browser: Browser | None = None) -> Iterator[Canvas]:
    """A canvas in `browser`, or in one of its own; times are UTC, as Kibana shows them on a UTC machine."""
    scripts = bundles(cache)
    if browser is not None:
        yield from _on(browser, scripts)
        return
    with sync_playwright() as playwright:
        own = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_ARGUMENTS))
        try:
            yield from _on(own, scripts)
        finally:
            own.close()


def _on(browser: Browser, scripts: Sequence[Path]) -> Iterator[Canvas]:
    context = browser.new_context(timezone_id="UTC", locale="en-US", device_scale_factor=1.5)
    try:
        yield Canvas(context.new_page(), scripts)
    finally:
        context.close()


def answered(spec: Json, answers: Sequence[Json]) -> Json:
    """A copy of `spec` whose Elasticsearch sources hold their answers, in the order of the requests."""
    filled = copy.deepcopy(spec)
    waiting = iter(answers)
    for data in list(_sources(filled)):
        del data["url"]
        data["values"] = next(waiting)
    return filled


def _sources(found: Any, key: str = "") -> Iterator[Json]:
    if isinstance(found, list):
        for each in found:
            yield from _sources(each, key)
    elif isinstance(found, dict):
        if key == "data" and isinstance(found.get("url"), dict):
            yield found
        else:
            for name, value in found.items():
                yield from _sources(value, name)

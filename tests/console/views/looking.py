"""A page in a real browser: what it says, what it asked for, what went wrong on it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

SERIES: Final = "simulated/BTCUSDT/1h"
VIEWS: Final = ("market", "portfolio", "record", "quality", "model", "what-if", "jobs")
_PATIENCE: Final = 1_200


@dataclass
class Looking:
    """`errors` of the console and the scripts, `asked` addresses; texts are read as they are shown."""

    page: Any
    address: str
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on(
            "console", lambda said: said.type in ("error", "warning") and self.errors.append(said.text)
        )
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, view: str, series: str = SERIES, state: str = "live") -> None:
        """Show a view anew, until the page says that it stands."""
        wanted = f"#/{view}/{series}"
        if not self.page.url.startswith(self.address):
            self.page.goto(f"{self.address}/{wanted}")
        else:
            if self.page.evaluate("location.hash.split('?')[0]") == wanted.split("?")[0]:
                self._follow("#/quality" if view == "jobs" else "#/jobs")
            self._follow(wanted)
        self.stands(view, state)

    def stands(self, view: str, state: str = "live") -> None:
        """Wait until a view is filled."""
        self.until(
            f"document.body.dataset.state === {json.dumps(state)} && !document.querySelector('.waiting')"
            f" && document.querySelector('#view > .view.{view}:not([data-old])')?.innerText.trim()"
        )

    def _follow(self, wanted: str) -> None:
        """As a link does: the page stays, the view is made anew."""
        self.page.evaluate(
            "wanted => { document.querySelector('#view > *')?.setAttribute('data-old', '');"
            " location.hash = wanted; }",
            wanted,
        )
        self.until("!document.querySelector('#view > [data-old]')")

    def until(self, condition: str) -> None:
        """Playwright's own wait evaluates text inside the page, which the page's policy forbids."""
        for _ in range(_PATIENCE):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"not within a minute: {condition}")

    def says(self, selector: str, *texts: str) -> None:
        """Wait until an element shows all of the texts."""
        for text in texts:
            shown = f"(document.querySelector({json.dumps(selector)})?.innerText ?? '')"
            self.until(f"{shown}.includes({json.dumps(text)})")

    def read(self, selector: str) -> str:
        """What an element shows now."""
        return str(self.page.inner_text(selector))

    def card(self, heading: str) -> Any:
        """The card with a heading."""
        return self.page.locator(f".card:has(h2:text-is({json.dumps(heading)}))")

    def tile(self, heading: str) -> str:
        """What the tile with a heading shows."""
        return str(self.page.locator(f".tile:has(h2:text-is({json.dumps(heading)}))").inner_text())

    def table(self, name: str) -> list[list[str]]:
        """The rows of the table below a drawing, opened for it."""
        details = self.page.locator(f"details[data-keep={json.dumps(name)}]")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        rows: list[list[str]] = details.locator("tbody").evaluate(
            "body => [...body.rows].map(row => [...row.cells].map(cell => cell.innerText))"
        )
        return rows

    def is_quiet(self) -> None:
        """Nothing went wrong, and nothing was asked of another machine."""
        assert self.errors == []
        assert [url for url in self.asked if not url.startswith((self.address, "about:"))] == []

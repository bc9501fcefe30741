"""One request of a panel or control, in the shape of the recorded ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

OPTIONS_ROUTE: Final = "/internal/controls/optionsList/"
Kind = Literal["control", "lens", "vega", "search"]


@dataclass(frozen=True, slots=True)
class Request:
    """`index` and search `body`; for a control the body is that of Kibana's options-list route."""

    dashboard: str
    kind: Kind
    panel: str
    index: str
    body: dict[str, Any]
    part: str = ""  # layer, data set or `annotations`: tells the requests of one panel apart

    def recorded(self) -> dict[str, Any]:
        """As `requests.json` keeps it: a control by its route, a Vega source without its panel."""
        if self.kind == "control":
            where: dict[str, str | None] = {"path": OPTIONS_ROUTE + self.index}
        else:
            where = {"panel": None if self.kind == "vega" else self.panel, "index": self.index}
        return {"dashboard": self.dashboard, "kind": self.kind, **where, "body": self.body}

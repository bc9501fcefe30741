"""A panel, and the kinds that are not Lens."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_QUERY = {"query": "", "language": "kuery"}
# The Kibana that the shapes were accepted by. A by-value panel without it may be taken for an old one, and
# migrations of old shapes lose the layers of a new one.
VERSION: Final = "8.12.2"


@dataclass(frozen=True, slots=True)
class Reference:
    """A link from one saved object to another; a wrong one imports silently and never draws."""

    type: str
    id: str
    name: str

    def as_dict(self, prefix: str = "") -> dict[str, str]:
        """The stored form; `prefix` is `<panelIndex>:` at the dashboard's level."""
        return {"type": self.type, "id": self.id, "name": prefix + self.name}


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: `name` is its index in the dashboard, `config` its embeddable configuration."""

    name: str
    type: str
    title: str
    config: dict[str, Any]
    references: tuple[Reference, ...] = ()
    by_reference: str = ""


def markdown(name: str, title: str, text: str) -> Panel:
    """A short text."""
    params = {"fontSize": 12, "openLinksInNewTab": False, "markdown": text}
    return Panel(name, "visualization", title, _saved_vis("markdown", params))


def vega(name: str, title: str, spec: Path) -> Panel:
    """A Vega-Lite picture (5.2, what Kibana 8.12 carries); the spec is kept as it is written."""
    return Panel(name, "visualization", title, _saved_vis("vega", {"spec": spec.read_text(encoding="utf-8")}))


def documents(name: str, title: str, search_id: str) -> Panel:
    """A table of documents: a saved search, by reference."""
    return Panel(
        name,
        "search",
        title,
        {"enhancements": {}},
        (Reference("search", search_id, f"panel_{name}"),),
        by_reference=f"panel_{name}",
    )


def placed(panel: Panel, x: int, y: int, w: int, h: int) -> dict[str, Any]:
    """The panel as a dashboard stores it: grid of 48 columns, rows of 20 pixels."""
    entry: dict[str, Any] = {
        "version": VERSION,
        "type": panel.type,
        "gridData": {"x": x, "y": y, "w": w, "h": h, "i": panel.name},
        "panelIndex": panel.name,
        "embeddableConfig": panel.config,
    }
    if panel.title:
        entry["title"] = panel.title
    if panel.by_reference:
        entry["panelRefName"] = panel.by_reference
    return entry


def as_json(value: object) -> str:
    """Compact JSON text, as Kibana nests it in strings."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _saved_vis(kind: str, params: dict[str, Any]) -> dict[str, Any]:
    return {
        "savedVis": {
            "id": "",
            "title": "",
            "description": "",
            "type": kind,
            "params": params,
            "uiState": {},
            "data": {"aggs": [], "searchSource": {"query": _QUERY, "filter": []}},
        },
        "enhancements": {},
    }

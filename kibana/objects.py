"""Saved objects in the shapes that Kibana 8.12 accepts (and migrates forward on 8.x and 9.x).

`typeMigrationVersion` is never left out: Kibana would run every migration since 6.x over a modern shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from kibana.panels import Panel, Reference, as_json, placed

SavedObject = dict[str, Any]
TAG: Final = "opa-tag"
_VERSIONS: Final = {"index-pattern": "8.0.0", "search": "8.0.0", "tag": "8.0.0", "dashboard": "8.9.0"}
_NO_QUERY: Final = {"query": {"query": "", "language": "kuery"}, "filter": []}


def saved_object(
    kind: str, id_: str, attributes: dict[str, Any], references: Sequence[dict[str, str]] = ()
) -> SavedObject:
    """One line of the export; `managed` makes it read-only, so that users copy instead of editing ours."""
    return {
        "id": id_,
        "type": kind,
        "attributes": attributes,
        "references": list(references),
        "coreMigrationVersion": "8.8.0",
        "typeMigrationVersion": _VERSIONS[kind],
        "managed": True,
    }


def data_view(alias: str, name: str, formats: dict[str, Any]) -> SavedObject:
    """A data view on an alias, never a pattern: two generations of an index must not show together."""
    attributes = {
        "title": alias,
        "name": name,
        "timeFieldName": "@timestamp",
        "fieldFormatMap": as_json(formats),
        "sourceFilters": "[]",
        "fieldAttrs": "{}",
        "runtimeFieldMap": "{}",
    }
    return saved_object("index-pattern", alias, attributes)


def tag() -> SavedObject:
    """The tag every object of ours carries."""
    return saved_object("tag", TAG, {"name": "OPA Crypto", "description": "", "color": "#0077CC"})


def search(id_: str, title: str, view: str, columns: Sequence[str], kuery: str = "") -> SavedObject:
    """A table of documents, newest first."""
    source = {
        "query": {"query": kuery, "language": "kuery"},
        "filter": [],
        "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index",
    }
    attributes = {
        "title": title,
        "description": "",
        "columns": list(columns),
        "sort": [["@timestamp", "desc"]],
        "kibanaSavedObjectMeta": {"searchSourceJSON": as_json(source)},
    }
    index = Reference("index-pattern", view, "kibanaSavedObjectMeta.searchSourceJSON.index")
    return saved_object("search", id_, attributes, [index.as_dict(), _tagged()])


@dataclass(frozen=True, slots=True)
class Control:
    """A drop-down that filters every panel; its field has to be in every index of the dashboard."""

    id: str
    field: str
    title: str
    view: str
    selected: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One story: controls and panels with their place `(x, y, w, h)`."""

    id: str
    title: str
    description: str
    controls: Sequence[Control]
    panels: Sequence[tuple[Panel, tuple[int, int, int, int]]]
    time_from: str = "now-7d"
    time_to: str = "now"
    refresh_ms: int = 10_000

    def saved(self) -> SavedObject:
        """The dashboard as a saved object; each panel's references are repeated here with its prefix."""
        references = [
            reference.as_dict(f"{panel.name}:") for panel, _ in self.panels for reference in panel.references
        ]
        references += [
            Reference("index-pattern", c.view, f"controlGroup_{c.id}:optionsListDataView").as_dict()
            for c in self.controls
        ]
        return saved_object("dashboard", self.id, self._attributes(), [*references, _tagged()])

    def _attributes(self) -> dict[str, Any]:
        options = {
            "useMargins": True,
            "syncColors": True,
            "syncCursor": True,
            "syncTooltips": False,
            "hidePanelTitles": False,
        }
        return {
            "title": self.title,
            "description": self.description,
            "version": 1,
            "timeRestore": True,
            "timeFrom": self.time_from,
            "timeTo": self.time_to,
            "refreshInterval": {"pause": False, "value": self.refresh_ms},
            "optionsJSON": as_json(options),
            "panelsJSON": as_json([placed(panel, *place) for panel, place in self.panels]),
            "controlGroupInput": _control_group(self.controls),
            "kibanaSavedObjectMeta": {"searchSourceJSON": as_json(_NO_QUERY)},
        }


def _tagged() -> dict[str, str]:
    return Reference("tag", TAG, f"tag-ref-{TAG}").as_dict()


def _control_group(controls: Sequence[Control]) -> dict[str, Any]:
    panels = {}
    for order, control in enumerate(controls):
        explicit: dict[str, Any] = {
            "id": control.id,
            "fieldName": control.field,
            "title": control.title,
            "enhancements": {},
            "singleSelect": True,
        }
        if control.selected:
            explicit["selectedOptions"] = [control.selected]
        panels[control.id] = {
            "type": "optionsListControl",
            "order": order,
            "grow": True,
            "width": "small",
            "explicitInput": explicit,
        }
    ignore = dict.fromkeys(("ignoreFilters", "ignoreQuery", "ignoreTimerange", "ignoreValidations"), False)
    return {
        "controlStyle": "oneLine",
        "chainingSystem": "HIERARCHICAL",
        "panelsJSON": as_json(panels),
        "ignoreParentSettingsJSON": as_json(ignore),
    }

"""Versions and shapes: what Kibana 8.12.2 takes, and every later one migrates (`facts/elastic.md` 3.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from kibana.linter.reading import Export, Finding
from kibana.panels import VERSION

TYPES: Final = {"index-pattern": "8.0.0", "search": "8.0.0", "tag": "8.0.0", "dashboard": "8.9.0"}
PANELS: Final = {"lens", "vega", "markdown", "search", "links"}
LENS: Final = {"lnsXY", "lnsMetric", "lnsDatatable", "lnsPie", "lnsHeatmap"}
_KEYS: Final = {
    "id",
    "type",
    "attributes",
    "references",
    "coreMigrationVersion",
    "typeMigrationVersion",
    "managed",
}


def objects_carry_their_versions(export: Export) -> Iterator[Finding]:
    """A higher version is refused (422), a missing one runs old migrations on a new shape (500)."""
    for each in export.objects:
        if set(each) != _KEYS:
            yield Finding(each["id"], f"keys differ: {sorted(set(each) ^ _KEYS)}")
        elif each["typeMigrationVersion"] != TYPES.get(each["type"]):
            yield Finding(each["id"], f"{each['type']} in version {each['typeMigrationVersion']}")
        elif each["coreMigrationVersion"] != "8.8.0" or each["managed"] is not True:
            yield Finding(each["id"], "coreMigrationVersion has to be 8.8.0 and managed true")


def panels_carry_their_version(export: Export) -> Iterator[Finding]:
    """As every accepted panel does; without it Kibana may run old migrations on a new shape."""
    for panel in export.panels:
        if panel.raw.get("version") != VERSION:
            yield Finding(panel.place, f"version {panel.raw.get('version')}, not {VERSION}")


def ids_are_unique(export: Export) -> Iterator[Finding]:
    """The same type and id twice is a 400; the same panel twice draws once."""
    for (kind, id_), times in Counter((each["type"], each["id"]) for each in export.objects).items():
        if times > 1:
            yield Finding(id_, f"{times} objects of type {kind}")
    for dashboard in export.dashboards:
        for name, times in Counter(panel.name for panel in dashboard.panels).items():
            if times > 1:
                yield Finding(f"{dashboard.id}/{name}", f"{times} panels")


def panel_kinds_are_known(export: Export) -> Iterator[Finding]:
    """An unknown panel type empties the whole dashboard."""
    for panel in export.panels:
        if panel.type not in PANELS:
            yield Finding(panel.place, f"a panel of type {panel.type}")
        elif panel.type == "lens" and panel.attributes["visualizationType"] not in LENS:
            yield Finding(panel.place, f"a chart of type {panel.attributes['visualizationType']}")


def layers_are_whole(export: Export) -> Iterator[Finding]:
    """Column order, accessors and the references between columns name columns that exist."""
    for panel in export.panels:
        for layer in panel.layers:
            columns = layer.columns
            if sorted(layer.raw["columnOrder"]) != sorted(columns):
                yield Finding(panel.place, f"layer {layer.id}: columnOrder differs from columns")
            for id_, column in columns.items():
                wanted = list(column.get("references", []))
                if column["operationType"] == "formula" and not wanted:
                    yield Finding(panel.place, f"formula {id_} has no helper columns and would draw nothing")
                yield from (
                    Finding(panel.place, f"column {id_} refers to {each}: absent")
                    for each in wanted
                    if each not in columns
                )

"""Words: titles, descriptions, the reading aid, the freshness, the units."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kibana.frame import HOW_TO_READ
from kibana.linter.reading import FIELDS, Export, Finding, Json, Panel
from market.documents.field import BASE, BASIS_POINTS, QUOTE

_TITLED: Final = {"lnsXY", "lnsDatatable", "lnsPie", "lnsHeatmap"}
_SAID_AS: Final = {
    BASIS_POINTS: ("bp",),
    QUOTE: ("quote asset",),
    BASE: ("base asset",),
    "bars": ("bars", "candles"),
}
_NUMBERS: Final = {"last_value", "average", "min", "max", "sum", "median", "percentile", "standard_deviation"}


def dashboards_say_what_they_are(export: Export) -> Iterator[Finding]:
    """A title, a description that is a sentence, a page that refreshes."""
    for dashboard in export.dashboards:
        attributes = dashboard.attributes
        if not attributes["title"].startswith("OPA "):
            yield Finding(dashboard.id, f"title {attributes['title']!r} does not begin with OPA")
        if not attributes["description"].endswith("."):
            yield Finding(dashboard.id, "the description is no sentence")
        if not (attributes["timeRestore"] and attributes["refreshInterval"]["value"] >= 5000):
            yield Finding(dashboard.id, "no time range or refresh interval of its own")
        if not re.fullmatch(r"now-\d+[mhdwMy]", attributes["timeFrom"]):
            yield Finding(dashboard.id, f"`push` cannot move the time range {attributes['timeFrom']}")


def every_dashboard_has_the_frame(export: Export) -> Iterator[Finding]:
    """Links on top, a freshness tile, and how to read it."""
    for dashboard in export.dashboards:
        panels = {panel.name: panel for panel in dashboard.panels}
        if "nav" not in panels or panels["nav"].raw["gridData"]["y"] != 0:
            yield Finding(dashboard.id, "no links on top")
        if not any(name.startswith("fresh") for name in panels):
            yield Finding(dashboard.id, "no freshness tile (a panel whose name begins with `fresh`)")
        aids = [each for each in panels.values() if each.type == "markdown" and each.title == HOW_TO_READ]
        if not any(len(each.markdown) > 40 for each in aids):
            yield Finding(dashboard.id, "nothing says how to read it")


def panels_have_titles(export: Export) -> Iterator[Finding]:
    """A tile's label is its title; everything else but links has one, and no two are the same."""
    for dashboard in export.dashboards:
        seen: set[str] = set()
        for panel in dashboard.panels:
            titled = panel.type in {"vega", "search", "markdown"} or (
                panel.type == "lens" and panel.attributes["visualizationType"] in _TITLED
            )
            if titled != bool(panel.title):
                yield Finding(
                    panel.place, "has no title" if titled else "says its label twice: drop the title"
                )
            if panel.title and panel.title in seen:
                yield Finding(panel.place, f"a second panel is called {panel.title!r}")
            seen.add(panel.title)


def numbers_have_units(export: Export) -> Iterator[Finding]:
    """A number whose field has a unit says it: in its format, its label or the panel's title."""
    for panel in export.panels:
        for layer in panel.layers:
            parts = {each for column in layer.columns.values() for each in column.get("references", [])}
            for id_, column in layer.columns.items():
                field = FIELDS.get(layer.view, {}).get("" if id_ in parts else column.get("sourceField", ""))
                if column["operationType"] in _NUMBERS and field and not _says(panel, column, field.unit):
                    yield Finding(panel.place, f"{column['label']!r} does not say its unit, {field.unit}")


def _says(panel: Panel, column: Json, unit: str) -> bool:
    said = _SAID_AS.get(unit)
    if said is None:  # percent, durations and bytes: the format of the data view says them
        return True
    format_ = column.get("params", {}).get("format", {})
    words = [
        panel.title,
        column["label"],
        str(format_.get("params", {}).get("suffix", "")),
    ]
    return any(each in " ".join(words) for each in said)

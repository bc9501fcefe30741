"""Controls: a control filters every panel, so its field and value have to mean something to all of them."""

from __future__ import annotations

from collections.abc import Iterator

from kibana.linter.reading import FIELDS, Dashboard, Export, Finding, Panel, view_of
from kibana.linter.vega import indices, sources
from market.documents import DOCUMENTS
from market.documents.stream import leaves

_ALWAYS = {"all", "tick"}  # values of `market.*` that stand for "about none in particular"
CONSTANT: dict[str, set[str]] = {
    stream.alias: {name for name, value in leaves(stream.sample.body).items() if str(value) in _ALWAYS}
    for stream in DOCUMENTS.values()
}


def controls_are_known_everywhere(export: Export) -> Iterator[Finding]:
    """The field of a control is in every index of its dashboard, else those panels come up empty."""
    for dashboard in export.dashboards:
        views = {view for panel in dashboard.panels for view in views_of(export, panel)}
        views |= {
            each["id"] for each in dashboard.raw["references"] if each["name"].startswith("controlGroup_")
        }
        for control in dashboard.controls.values():
            for view in sorted(views):
                if control["fieldName"] not in FIELDS.get(view, {}):
                    yield Finding(dashboard.id, f"control {control['fieldName']} is no field of {view}")


def selections_leave_no_panel_empty(export: Export) -> Iterator[Finding]:
    """A symbol or interval that is selected from the start empties panels on documents that are about none.

    Heartbeats carry `all`, ticks the interval `tick`: such a layer has to ignore the controls, or the control
    has to begin unselected.
    """
    for dashboard in export.dashboards:
        selected = {each["fieldName"] for each in dashboard.controls.values() if each.get("selectedOptions")}
        for panel in dashboard.panels:
            for view in _filtered_views(export, dashboard, panel):
                for name in sorted(CONSTANT.get(view, set()) & selected):
                    yield Finding(panel.place, f"{name} of {view} is never what the control selects")


def views_of(export: Export, panel: Panel) -> Iterator[str]:
    """Every index that a panel reads."""
    yield from (layer.view for layer in panel.layers)
    if panel.type == "vega":
        yield from (each for source in sources(panel.spec) for each in indices(source))
    if panel.type == "search":
        yield from _searched(export, panel)


def _filtered_views(export: Export, dashboard: Dashboard, panel: Panel) -> Iterator[str]:
    if panel.type == "vega":
        for source in sources(panel.spec):
            if source.get("%context%") or "%dashboard_context" in str(source):
                yield from indices(source)
        return
    ignoring = {layer.view for layer in panel.layers if layer.raw.get("ignoreGlobalFilters")}
    yield from (view for view in views_of(export, panel) if view not in ignoring)


def _searched(export: Export, panel: Panel) -> Iterator[str]:
    for dashboard in export.dashboards:
        if dashboard.id != panel.dashboard:
            continue
        wanted = f"{panel.name}:{panel.raw['panelRefName']}"
        ids = [each["id"] for each in dashboard.raw["references"] if each["name"] == wanted]
        found = [export.search(id_) for id_ in ids]
        yield from (view_of(each) for each in found if each)

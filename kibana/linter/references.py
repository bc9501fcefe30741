"""References: inside a panel and at the dashboard's level, and nothing that leads nowhere.

A missing one imports with success and the panel spins for ever.
"""

from __future__ import annotations

from collections.abc import Iterator

from kibana.linter.reading import Dashboard, Export, Finding, Panel


def every_reference_resolves(export: Export) -> Iterator[Finding]:
    """Every (type, id) that an object names is in the export."""
    for each in export.objects:
        for reference in each["references"]:
            if (reference["type"], reference["id"]) not in export.keys:
                yield Finding(
                    each["id"], f"{reference['name']} names {reference['type']} {reference['id']}: absent"
                )


def panels_name_references_twice(export: Export) -> Iterator[Finding]:
    """What a by-value panel refers to stands in its attributes and, with its prefix, at the dashboard."""
    for dashboard in export.dashboards:
        above = _above(dashboard)
        for panel in dashboard.panels:
            for each in panel.references:
                if (each["type"], each["id"], f"{panel.name}:{each['name']}") not in above:
                    yield Finding(panel.place, f"{each['name']} is not repeated at the dashboard's level")


def every_part_has_its_reference(export: Export) -> Iterator[Finding]:
    """Layers, links, saved searches and controls each have the reference Kibana looks for."""
    for dashboard in export.dashboards:
        above = {name for _, _, name in _above(dashboard)}
        for wanted in _wanted(dashboard):
            if wanted not in above:
                yield Finding(dashboard.id, f"no reference {wanted}")


def no_reference_is_unused(export: Export) -> Iterator[Finding]:
    """The other way round: every reference of a dashboard belongs to a panel, a control or the tag."""
    for dashboard in export.dashboards:
        wanted = set(_wanted(dashboard))
        for _, _, name in _above(dashboard):
            if name not in wanted:
                yield Finding(dashboard.id, f"reference {name} belongs to nothing")


def _above(dashboard: Dashboard) -> set[tuple[str, str, str]]:
    return {(each["type"], each["id"], each["name"]) for each in dashboard.raw["references"]}


def _wanted(dashboard: Dashboard) -> Iterator[str]:
    for panel in dashboard.panels:
        for name in _inside(panel):
            yield f"{panel.name}:{name}"
    for id_ in dashboard.controls:
        yield f"controlGroup_{id_}:optionsListDataView"
    yield "tag-ref-opa-tag"


def _inside(panel: Panel) -> Iterator[str]:
    for layer in panel.layers:
        yield f"indexpattern-datasource-layer-{layer.id}"
    if panel.type == "lens":
        for drawn in panel.drawn:
            if drawn.get("layerType") == "annotations":
                yield f"xy-visualization-layer-{drawn['layerId']}"
    if panel.type == "links":
        yield from (each["destinationRefName"] for each in panel.attributes["links"])
    if panel.type == "search":
        yield str(panel.raw["panelRefName"])

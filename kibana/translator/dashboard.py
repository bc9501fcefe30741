"""Every request of every dashboard of an export, as Kibana sends them when the dashboards are opened.

Source: `src/plugins/dashboard/public/dashboard_container/embeddable/dashboard_container.tsx` (queries,
filters and time range reach every panel) and `combineDashboardFiltersWithControlGroupFilters`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from kibana.translator.context import Context, DataView, Settings
from kibana.translator.controls import ControlGroup
from kibana.translator.discover import search_request
from kibana.translator.fields import Fields
from kibana.translator.inferred import inferred
from kibana.translator.lens import lens_requests
from kibana.translator.lens.panel import Ask
from kibana.translator.request import Request
from kibana.translator.saved import Panel, References, SavedObject, panels, unpacked
from kibana.translator.vega import vega_requests

Types = Callable[[str], Mapping[str, str] | None]
"""Elasticsearch types of an index by its title; None where they are not known."""


class Export:
    """The objects of one export; `types` describes the indices, panels tell about those it does not know."""

    def __init__(
        self,
        objects: Sequence[SavedObject],
        types: Types = lambda _: None,
        settings: Settings | None = None,
        now: datetime | None = None,
    ) -> None:
        self._library = {(each["type"], each["id"]): each for each in objects}
        self.dashboards = [each for each in objects if each["type"] == "dashboard"]
        self._settings = settings or Settings()
        self._now = now
        guesses = inferred(self.dashboards, self._library)
        self.views = {
            each["id"]: _view(each, types(each["attributes"]["title"]), guesses.get(each["id"], {}))
            for each in objects
            if each["type"] == "index-pattern"
        }

    def panel(self, dashboard: str, panel: str) -> Panel:
        """A panel by its index. Raises KeyError when there is none."""
        for each in panels(self._library["dashboard", dashboard], self._library):
            if each.id == panel:
                return each
        raise KeyError(f"no panel {panel} on {dashboard}")

    def requests(self, ask: Ask | None = None) -> list[Request]:
        """Those of all dashboards."""
        return [each for dashboard in self.dashboards for each in self.requests_of(dashboard, ask)]

    def requests_of(self, dashboard: SavedObject, ask: Ask | None = None) -> list[Request]:
        """Those of one dashboard: its controls, then its panels in their order."""
        id_ = dashboard["id"]
        context = self._context(dashboard["attributes"])
        group = ControlGroup(
            dashboard["attributes"].get("controlGroupInput"),
            References.of(dashboard["references"]),
            self.views,
        )
        requests = group.requests(id_, context)
        inner = group.sliced(context).with_panel(filters=group.filters())
        for panel in panels(dashboard, self._library):
            requests += self._panel(id_, panel, self._at_own_time(panel, inner), ask)
        return requests

    def _panel(self, dashboard: str, panel: Panel, context: Context, ask: Ask | None) -> Iterator[Request]:
        if panel.type == "lens":
            yield from lens_requests(dashboard, panel, self.views, context, ask)
        elif panel.type == "search":
            yield search_request(dashboard, panel, self.views, context)
        elif panel.type == "visualization" and _vis(panel)["type"] == "vega":
            by_value = replace(panel, config={**panel.config, "savedVis": _vis(panel)})
            yield from vega_requests(dashboard, by_value, self.views, context)

    def _context(self, attributes: Mapping[str, Any]) -> Context:
        start = attributes.get("timeFrom") or "now-15m"
        source = unpacked((attributes.get("kibanaSavedObjectMeta") or {}).get("searchSourceJSON"), {})
        context = Context.over(start, attributes.get("timeTo") or "now", self._now)
        queries = [source["query"]] if source.get("query") else []
        return replace(context, queries=queries, filters=source.get("filter") or [], settings=self._settings)

    def _at_own_time(self, panel: Panel, context: Context) -> Context:
        """A panel may have a time range of its own."""
        own = panel.config.get("timeRange")
        if not own:
            return context
        limits = Context.over(own["from"], own["to"], self._now)
        return replace(context, start=limits.start, end=limits.end)


def _vis(panel: Panel) -> Mapping[str, Any]:
    """A by-value visualization, or a library one brought into the same shape."""
    if "savedVis" in panel.config:
        by_value: Mapping[str, Any] = panel.config["savedVis"]
        return by_value
    attributes = panel.config["attributes"]
    state = unpacked(attributes.get("visState"), {})
    source = unpacked((attributes.get("kibanaSavedObjectMeta") or {}).get("searchSourceJSON"), {})
    return {**state, "data": {"searchSource": source}}


def _view(stored: SavedObject, known: Mapping[str, str] | None, guessed: Mapping[str, str]) -> DataView:
    attributes = stored["attributes"]
    time_field = attributes.get("timeFieldName") or ""
    types = known if known is not None else {**guessed, **({time_field: "date"} if time_field else {})}
    runtime = unpacked(attributes.get("runtimeFieldMap"), {})
    made = {name: each["type"] for name, each in runtime.items() if "type" in each}
    excluded = [each["value"] for each in unpacked(attributes.get("sourceFilters"), [])]
    fields = Fields({**types, **made})
    return DataView(stored["id"], attributes["title"], time_field, fields, runtime, excluded)

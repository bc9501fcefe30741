"""The export as its rules read it: dashboards, panels, Lens layers, Vega specs, with the JSON unwrapped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from market.documents import DOCUMENTS
from market.documents.field import Field

Json = Mapping[str, Any]
FIELDS: dict[str, dict[str, Field]] = {
    stream.alias: {field.name: field for field in stream.fields} for stream in DOCUMENTS.values()
}


class Finding(NamedTuple):
    """One thing that is wrong: where, and what."""

    place: str
    problem: str

    def __str__(self) -> str:
        return f"{self.place}: {self.problem}"


@dataclass(frozen=True)
class Layer:
    """A form-based layer and the data view that its reference names ("" without one)."""

    id: str
    view: str
    raw: Json

    @property
    def columns(self) -> dict[str, Json]:
        """Its columns by id."""
        return dict(self.raw["columns"])


@dataclass(frozen=True)
class Panel:
    """A panel of a dashboard."""

    dashboard: str
    raw: Json

    @property
    def name(self) -> str:
        """Its index in the dashboard."""
        return str(self.raw["panelIndex"])

    @property
    def place(self) -> str:
        """`opa-market/candles`."""
        return f"{self.dashboard}/{self.name}"

    @property
    def type(self) -> str:
        """lens, vega, markdown, search or links."""
        if self.raw["type"] == "visualization":
            return str(self.raw["embeddableConfig"]["savedVis"]["type"])
        return str(self.raw["type"])

    @property
    def title(self) -> str:
        """Its own title, "" without one."""
        return str(self.raw.get("title", ""))

    @property
    def attributes(self) -> Json:
        """What a by-value panel holds."""
        attributes: Json = self.raw["embeddableConfig"].get("attributes", {})
        return attributes

    @property
    def references(self) -> list[dict[str, str]]:
        """The inner references of a by-value panel."""
        return list(self.attributes.get("references", []))

    @property
    def state(self) -> Json:
        """The drawing of a Lens panel."""
        state: Json = self.attributes["state"]["visualization"]
        return state

    @property
    def kuery(self) -> str:
        """The panel's own query."""
        return str(self.attributes["state"]["query"]["query"])

    @cached_property
    def layers(self) -> list[Layer]:
        """The form-based layers of a Lens panel; none for another panel."""
        if self.type != "lens":
            return []
        views = {each["name"]: each["id"] for each in self.references}
        stored = self.attributes["state"]["datasourceStates"]["formBased"]["layers"]
        return [
            Layer(id_, views.get(f"indexpattern-datasource-layer-{id_}", ""), raw)
            for id_, raw in stored.items()
        ]

    @property
    def drawn(self) -> list[Json]:
        """The layers of an XY or pie drawing; the state itself for the other kinds."""
        return list(self.state.get("layers", [self.state]))

    @cached_property
    def spec(self) -> Json:
        """The specification of a Vega panel."""
        spec: Json = json.loads(self.raw["embeddableConfig"]["savedVis"]["params"]["spec"])
        return spec

    @property
    def markdown(self) -> str:
        """The text of a markdown panel."""
        return str(self.raw["embeddableConfig"]["savedVis"]["params"]["markdown"])


@dataclass(frozen=True)
class Dashboard:
    """A dashboard with its panels and controls."""

    raw: Json

    @property
    def id(self) -> str:
        """Its saved object's id."""
        return str(self.raw["id"])

    @property
    def attributes(self) -> Json:
        """As stored."""
        attributes: Json = self.raw["attributes"]
        return attributes

    @cached_property
    def panels(self) -> list[Panel]:
        """In the order they are stored."""
        return [Panel(self.id, each) for each in json.loads(self.attributes["panelsJSON"])]

    @cached_property
    def controls(self) -> dict[str, Json]:
        """The controls' inputs by id."""
        stored = json.loads(self.attributes["controlGroupInput"]["panelsJSON"])
        return {id_: each["explicitInput"] for id_, each in stored.items()}


@dataclass(frozen=True)
class Export:
    """All saved objects."""

    objects: Sequence[Json]

    @cached_property
    def keys(self) -> set[tuple[str, str]]:
        """(type, id) of everything that is in it."""
        return {(each["type"], each["id"]) for each in self.objects}

    def of(self, kind: str) -> list[Json]:
        """The saved objects of one type."""
        return [each for each in self.objects if each["type"] == kind]

    @cached_property
    def dashboards(self) -> list[Dashboard]:
        """All dashboards."""
        return [Dashboard(each) for each in self.of("dashboard")]

    @cached_property
    def panels(self) -> list[Panel]:
        """The panels of all dashboards."""
        return [panel for dashboard in self.dashboards for panel in dashboard.panels]

    def search(self, id_: str) -> Json | None:
        """A saved search."""
        return next((each for each in self.of("search") if each["id"] == id_), None)


def view_of(search: Json) -> str:
    """The data view of a saved search."""
    return next((each["id"] for each in search["references"] if each["type"] == "index-pattern"), "")


def nested(value: object) -> Iterator[Json]:
    """Every object inside a JSON value, itself included."""
    if isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from nested(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from nested(each)

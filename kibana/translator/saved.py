"""The saved objects of an export, with the JSON that Kibana nests in strings unpacked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SavedObject = Mapping[str, Any]


def read(ndjson: str) -> list[SavedObject]:
    """The objects of an NDJSON export; its summary line (`exportedCount`) is no object."""
    lines = (json.loads(line) for line in ndjson.splitlines() if line.strip())
    return [each for each in lines if "type" in each]


def unpacked(text: str | Mapping[str, Any] | Sequence[Any] | None, empty: Any) -> Any:
    """JSON text as its value; what is no text stays."""
    if isinstance(text, str):
        return json.loads(text) if text else empty
    return empty if text is None else text


@dataclass(frozen=True, slots=True)
class References:
    """Named links of an object to others."""

    by_name: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, references: Iterable[Mapping[str, str]]) -> References:
        """From the stored list."""
        return cls({each["name"]: each["id"] for each in references})

    def find(self, *names: str) -> str:
        """The id behind the first of these names that exists; KeyError when none does."""
        for name in names:
            if name in self.by_name:
                return self.by_name[name]
        raise KeyError(f"no reference {' or '.join(names)}")


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of a dashboard: its type and its configuration, by value or resolved from the library."""

    id: str
    type: str
    title: str
    config: Mapping[str, Any]
    references: References
    dashboard: References

    def view_id(self, name: str) -> str:
        """The data view behind a reference, which stands in the panel and again in the dashboard."""
        return self.references.by_name.get(name) or self.dashboard.find(f"{self.id}:{name}", name)


def panels(dashboard: SavedObject, library: Mapping[tuple[str, str], SavedObject]) -> list[Panel]:
    """The panels of a dashboard, each with its attributes under `attributes` or `savedVis`."""
    outer = References.of(dashboard["references"])
    return [_panel(each, outer, library) for each in unpacked(dashboard["attributes"].get("panelsJSON"), [])]


def _panel(
    stored: Mapping[str, Any], outer: References, library: Mapping[tuple[str, str], SavedObject]
) -> Panel:
    id_, config = stored["panelIndex"], dict(stored.get("embeddableConfig") or {})
    references: Iterable[Mapping[str, str]] = config.get("attributes", {}).get("references", ())
    if name := stored.get("panelRefName"):
        kept = library[stored["type"], outer.find(f"{id_}:{name}", name)]
        config |= {"attributes": kept["attributes"]}
        references = kept["references"]
    return Panel(id_, stored["type"], stored.get("title", ""), config, References.of(references), outer)

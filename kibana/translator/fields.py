"""Fields of a data view, as Kibana sees them.

Source: `src/plugins/data_views/server/fetcher/lib/field_capabilities/*` (Elasticsearch types to Kibana types,
doc values, sorted by name) and `DataView.getComputedFields`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_KIBANA_TYPES: Final = {
    "keyword": "string",
    "constant_keyword": "string",
    "wildcard": "string",
    "text": "string",
    "match_only_text": "string",
    "version": "string",
    "flattened": "string",
    "boolean": "boolean",
    "date": "date",
    "date_nanos": "date",
    "ip": "ip",
}
_NUMBERS: Final = frozenset(
    ("long", "integer", "short", "byte", "double", "float", "half_float", "scaled_float", "unsigned_long")
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `es_type` is "" for one that the data view does not have."""

    name: str
    es_type: str = ""

    @property
    def type(self) -> str:
        """Kibana's type: string, number, date, boolean."""
        if self.es_type in _NUMBERS:
            return "number"
        return _KIBANA_TYPES.get(self.es_type, "")

    @property
    def aggregatable(self) -> bool:
        """Whether it has doc values."""
        return self.es_type not in {"text", "match_only_text"}

    def spec(self) -> dict[str, Any]:
        """`DataViewField.toSpec()`, as the route of the options list receives it."""
        return {
            "count": 0,
            "name": self.name,
            "type": self.type,
            "esTypes": [self.es_type],
            "scripted": False,
            "searchable": True,
            "aggregatable": self.aggregatable,
            "readFromDocValues": self.aggregatable,
            "shortDotsEnable": False,
            "isMapped": True,
        }


class Fields:
    """The fields of one data view, by name."""

    def __init__(self, types: Mapping[str, str]) -> None:
        self._fields = {name: Field(name, types[name]) for name in sorted(types)}

    def __iter__(self) -> Iterator[Field]:
        return iter(self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)

    def find(self, name: str) -> Field | None:
        """The field, or None."""
        return self._fields.get(name)

    def of(self, name: str) -> Field:
        """The field; one without a type when the data view lacks it."""
        return self._fields.get(name) or Field(name)

    def dates(self) -> list[dict[str, str]]:
        """`docvalueFields`: every date asked for in a readable format."""
        return [
            {
                "field": each.name,
                "format": "strict_date_time" if each.es_type == "date_nanos" else "date_time",
            }
            for each in self
            if each.type == "date"
        ]


def from_mapping(properties: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Dotted names and types of an Elasticsearch mapping; disabled objects are no fields."""
    types: dict[str, str] = {}
    for name, entry in properties.items():
        if "properties" in entry:
            types |= from_mapping(entry["properties"], f"{prefix}{name}.")
        elif entry.get("type") != "object":
            types[prefix + name] = entry["type"]
    return types


def from_caps(answer: Mapping[str, Any]) -> dict[str, str]:
    """Names and types of a `_field_caps` answer, without its objects and metadata fields.

    `{"fields": {"kline.close": {"double": {"type": "double", "searchable": true, ...}}}}`
    """
    return {
        name: next(iter(by_type))
        for name, by_type in answer["fields"].items()
        if not any(
            each.get("metadata_field") or kind in {"object", "nested"} for kind, each in by_type.items()
        )
    }

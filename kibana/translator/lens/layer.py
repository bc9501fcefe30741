"""A layer of a Lens panel: its columns in order, and what one column hands to those it refers to.

Source: the first half of `getExpressionForLayer` in
`x-pack/plugins/lens/public/datasources/form_based/to_expression.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Column = Mapping[str, Any]
# Computed by Kibana from other columns: they ask Elasticsearch for nothing themselves.
_FILTERED_REFERENCES: Final = frozenset(
    {
        "formula",
        "counter_rate",
        "cumulative_sum",
        "differences",
        "moving_average",
        "normalize_by_unit",
        "overall_sum",
        "overall_min",
        "overall_max",
        "overall_average",
    }
)
REFERENCES: Final = _FILTERED_REFERENCES | {"math", "static_value"}


@dataclass(frozen=True, slots=True)
class Layer:
    """Columns by id and their order."""

    columns: Mapping[str, Column]
    order: Sequence[str]
    ignores_filters: bool = False
    probability: float = 1

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Layer:
        """From the saved state, filters and time shifts handed down."""
        columns = dict(stored["columns"])
        for id_ in stored["columnOrder"]:
            if columns[id_]["operationType"] in _FILTERED_REFERENCES:
                _hand_down(columns, id_, "filter")
                if columns[id_]["operationType"] != "formula":
                    _hand_down(columns, id_, "timeShift")
        return cls(
            columns,
            stored["columnOrder"],
            bool(stored.get("ignoreGlobalFilters")),
            stored.get("sampling") or 1,
        )

    def asking(self) -> list[str]:
        """The columns that ask Elasticsearch, in order: their places are the ids of the aggregations."""
        return [each for each in self.order if self.columns[each]["operationType"] not in REFERENCES]


def _hand_down(columns: dict[str, Column], id_: str, what: str) -> None:
    value = columns[id_].get(what)
    if not value:
        return
    for reference in columns[id_].get("references", ()):
        if reference in columns and not columns[reference].get(what):
            columns[reference] = {**columns[reference], what: value}
            _hand_down(columns, reference, what)

"""One aggregation before it is written (`src/plugins/data/common/search/aggs/agg_config.ts`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

BUCKETS: Final = frozenset(
    {
        "terms",
        "multi_terms",
        "rare_terms",
        "significant_terms",
        "date_histogram",
        "histogram",
        "range",
        "filters",
    }
)


@dataclass(frozen=True, slots=True)
class Agg:
    """An aggregation of Kibana's: its id is the key in the request, `shift` a time shift such as `1d`."""

    id: str
    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    shift: str = ""
    counts_shift: bool = True  # whether a missing shift counts as "now": only for metrics of a Lens layer

    @property
    def is_bucket(self) -> bool:
        """Whether it groups documents instead of measuring them."""
        return self.type in BUCKETS

    @property
    def field(self) -> str:
        """The field it is about, "" for counts and filters."""
        return str(self.params.get("field", ""))

    def path(self) -> str:
        """`getValueBucketPath`: how an order names its value."""
        if self.type == "filtered":
            inner: Agg = self.params["metric"]
            return f"{self.id}-bucket" if inner.type == "count" else f"{self.id}-bucket>{inner.path()}"
        suffix = {
            "percentile": f".{self.params.get('percentile')}",
            "percentile_rank": f".{self.params.get('value')}",
            "median": ".50",
            "top_metrics": f"[{self.field}]",
        }
        return self.id + suffix.get(self.type, "")

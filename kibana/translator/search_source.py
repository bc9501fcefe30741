"""The body around aggregations and queries.

Source: `SearchSource.flatten` in `src/plugins/data/common/search/search_source/search_source.ts`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kibana.translator.context import DataView

Body = dict[str, Any]


def aggregated(view: DataView, aggs: Mapping[str, Any], query: Mapping[str, Any]) -> Body:
    """A request for aggregations: no hits, every date field listed."""
    return {
        "aggs": dict(aggs),
        "size": 0,
        "fields": view.dates(),
        "script_fields": {},
        "stored_fields": ["*"],
        "runtime_mappings": dict(view.runtime),
        "_source": {"excludes": list(view.excluded)},
        "query": dict(query),
    }

"""Bucket columns of a Lens layer: what the rows, bars or time steps are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kibana.columns import Column


def over_time() -> Column:
    """The time axis, in buckets that Kibana chooses."""
    return {
        "label": "@timestamp",
        "dataType": "date",
        "operationType": "date_histogram",
        "sourceField": "@timestamp",
        "isBucketed": True,
        "scale": "interval",
        "params": {"interval": "auto", "includeEmptyRows": True, "dropPartials": False},
    }


def terms(
    label: str, field: str, size: int = 10, *, by: str = "", descending: bool = True, kind: str = "string"
) -> Column:
    """One bucket per value of a keyword (or boolean, `kind`).

    `by` is the id of the metric column that orders them; without it they stand in alphabetical order. It may
    name a count, sum, average, minimum or maximum, never a last value (400 "Invalid aggregation order path").
    """
    alphabetical: dict[str, Any] = {"type": "alphabetical", "fallback": False}
    return {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": "terms",
        "scale": "ordinal",
        "sourceField": field,
        "isBucketed": True,
        "params": {
            "size": size,
            "orderBy": {"type": "column", "columnId": by} if by else alphabetical,
            "orderDirection": "desc" if by and descending else "asc",
            "otherBucket": False,
            "missingBucket": False,
            "parentFormat": {"id": "terms"},
            "include": [],
            "exclude": [],
            "includeIsRegex": False,
            "excludeIsRegex": False,
        },
    }


def filters(label: str, queries: Mapping[str, str]) -> Column:
    """One bucket per kuery, in the given order; the keys are their labels."""
    return {
        "label": label,
        "customLabel": True,
        "dataType": "string",
        "operationType": "filters",
        "scale": "ordinal",
        "isBucketed": True,
        "params": {
            "filters": [
                {"label": name, "input": {"query": kuery, "language": "kuery"}}
                for name, kuery in queries.items()
            ]
        },
    }

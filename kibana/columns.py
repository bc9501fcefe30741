"""Metric columns of a Lens layer (Kibana 8.12, form based): one function per operation.

Only operations that the minimal Elasticsearch can answer: no pipeline aggregation, no script, no
`top_metrics`. `kuery` narrows the one column; a panel's own query narrows all of them.
"""

from __future__ import annotations

from typing import Any, Final

from kibana.formats import Format

Column = dict[str, Any]
RECORDS: Final = "___records___"


def last_value(
    label: str, field: str, kind: str = "number", *, format: Format | None = None, kuery: str = ""
) -> Column:
    """The newest value of a field; `kind` is number, string, date or boolean.

    `showArrayValues` is on because it turns the request into `top_hits`, which every Elasticsearch has;
    without it Kibana asks for `top_metrics`. No terms column may be ordered by it.
    """
    column = _metric(label, "last_value", field, format, kind=kind)
    exists = f'"{field}": *' if "@" in field else f"{field}: *"
    column["filter"] = _query(f"({kuery}) and {exists}" if kuery else exists)
    column["params"] |= {"sortField": "@timestamp", "showArrayValues": True}
    return column


def average(label: str, field: str, *, format: Format | None = None, kuery: str = "") -> Column:
    """Mean of a number."""
    return _metric(label, "average", field, format, kuery, emptyAsNull=True)


def minimum(label: str, field: str, *, format: Format | None = None, kuery: str = "") -> Column:
    """Smallest value of a number."""
    return _metric(label, "min", field, format, kuery, emptyAsNull=True)


def maximum(label: str, field: str, *, format: Format | None = None, kuery: str = "") -> Column:
    """Largest value of a number."""
    return _metric(label, "max", field, format, kuery, emptyAsNull=True)


def total(label: str, field: str, *, format: Format | None = None, kuery: str = "") -> Column:
    """Sum of a number; 0 is shown as 0: no error and no missing candle is news, not a gap."""
    return _metric(label, "sum", field, format, kuery, emptyAsNull=False)


def median(label: str, field: str, *, format: Format | None = None, kuery: str = "") -> Column:
    """Half of the values lie below."""
    return _metric(label, "median", field, format, kuery, emptyAsNull=True)


def percentile(
    label: str, field: str, percent: int, *, format: Format | None = None, kuery: str = ""
) -> Column:
    """`percent` of the values lie below, such as 95."""
    return _metric(label, "percentile", field, format, kuery, percentile=percent)


def standard_deviation(label: str, field: str, *, format: Format | None = None, kuery: str = "") -> Column:
    """Spread of the values around their mean."""
    return _metric(label, "standard_deviation", field, format, kuery)


def unique_count(label: str, field: str, *, kuery: str = "") -> Column:
    """How many different values there are (approximate above 3,000)."""
    return _metric(label, "unique_count", field, None, kuery, emptyAsNull=True)


def count(label: str, kuery: str = "", *, format: Format | None = None) -> Column:
    """How many documents, or how many that fit `kuery` (then 0 is shown as 0, not as nothing)."""
    return _metric(label, "count", RECORDS, format, kuery, emptyAsNull=not kuery)


def static_value(label: str, value: float) -> Column:
    """A fixed number, for reference lines."""
    return {
        "label": label,
        "customLabel": True,
        "dataType": "number",
        "operationType": "static_value",
        "isStaticValue": True,
        "isBucketed": False,
        "scale": "ratio",
        "params": {"value": f"{value:g}"},
        "references": [],
    }


def _metric(
    label: str,
    operation: str,
    field: str,
    format: Format | None,
    kuery: str = "",
    *,
    kind: str = "number",
    **params: object,
) -> Column:
    column: Column = {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": operation,
        "sourceField": field,
        "isBucketed": False,
        "scale": "ordinal" if kind == "string" else "ratio",
        "params": params | ({"format": format} if format else {}),
    }
    if kuery:
        column["filter"] = _query(kuery)
    return column


def _query(kuery: str) -> dict[str, str]:
    return {"query": kuery, "language": "kuery"}

"""Columns of a Lens layer (Kibana 8.12, form based)."""

from __future__ import annotations

from typing import Any, Final

Column = dict[str, Any]
RECORDS: Final = "___records___"


def _metric(label: str, operation: str, field: str, kind: str = "number") -> Column:
    return {
        "label": label,
        "customLabel": True,
        "dataType": kind,
        "operationType": operation,
        "sourceField": field,
        "isBucketed": False,
        "scale": "ratio" if kind == "number" else "ordinal",
        "params": {},
    }


def _format(decimals: int, kind: str = "number", suffix: str = "") -> dict[str, Any]:
    return {"id": kind, "params": {"decimals": decimals} | ({"suffix": suffix} if suffix else {})}


def last_value(
    label: str, field: str, kind: str = "number", *, decimals: int | None = None, suffix: str = ""
) -> Column:
    """The newest value of a field.

    `showArrayValues` is on because it turns the request into `top_hits`, which every Elasticsearch has;
    without it Kibana asks for `top_metrics`.
    """
    column = _metric(label, "last_value", field, kind)
    column["filter"] = {"query": f'"{field}": *' if "@" in field else f"{field}: *", "language": "kuery"}
    column["params"] = {"sortField": "@timestamp", "showArrayValues": True}
    if decimals is not None:
        column["params"]["format"] = _format(decimals, suffix=suffix)
    return column


def count(label: str, kuery: str = "") -> Column:
    """How many documents, or how many that fit `kuery`."""
    column = _metric(label, "count", RECORDS)
    column["params"] = {"emptyAsNull": not kuery}
    if kuery:
        column["filter"] = {"query": kuery, "language": "kuery"}
    return column


def total(label: str, field: str, *, decimals: int = 0) -> Column:
    """Sum of a field."""
    column = _metric(label, "sum", field)
    column["params"] = {"emptyAsNull": True, "format": _format(decimals)}
    return column


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


def share(column_id: str, label: str, kuery: str) -> dict[str, Column]:
    """Share of documents that fit `kuery`, as Lens stores a formula: the visible column and its helpers."""
    text = f"count(kql='{kuery}')/count()"
    ids = [f"{column_id}X{n}" for n in range(3)]
    shown = _metric(label, "formula", RECORDS) | {
        "params": {"formula": text, "isFormulaBroken": False, "format": _format(1, "percent")},
        "references": [ids[2]],
    }
    del shown["sourceField"]
    part = f"Part of {label}"
    quotient = _metric(part, "math", RECORDS) | {
        "params": {
            "tinymathAst": {
                "type": "function",
                "name": "divide",
                "args": ids[:2],
                "location": {"min": 0, "max": len(text)},
                "text": text,
            }
        },
        "references": ids[:2],
    }
    del quotient["sourceField"]
    fitting, everything = count(part, kuery), count(part)
    everything["params"] = {"emptyAsNull": False}
    return {column_id: shown, ids[0]: fitting, ids[1]: everything, ids[2]: quotient}

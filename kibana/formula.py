"""Formulas as Lens stores them: the visible column, and the helper columns that really compute it.

With `params.formula` alone a formula imports and draws nothing.
"""

from __future__ import annotations

from kibana.columns import Column, count
from kibana.formats import Format, percent


def share(column_id: str, label: str, kuery: str, of: str = "", *, decimals: int = 1) -> dict[str, Column]:
    """Share of the documents (of those that fit `of`) that fit `kuery`, in percent."""
    whole = count(label, of)
    return quotient(column_id, label, count(label, kuery), whole, format=percent(decimals))


def quotient(
    column_id: str, label: str, upper: Column, lower: Column, *, format: Format
) -> dict[str, Column]:
    """`upper / lower`, two metric columns; the first column of the result is the visible one."""
    text = f"{_text(upper)}/{_text(lower)}"
    ids = [f"{column_id}X{n}" for n in range(3)]
    ast = {
        "type": "function",
        "name": "divide",
        "args": ids[:2],
        "location": {"min": 0, "max": len(text)},
        "text": text,
    }
    params = {"formula": text, "isFormulaBroken": False, "format": format}
    return {
        column_id: _managed(label, "formula", params, ids[2:]),
        ids[0]: _helper(upper, label),
        ids[1]: _helper(lower, label),
        ids[2]: _managed(f"Part of {label}", "math", {"tinymathAst": ast}, ids[:2]),
    }


def _managed(label: str, operation: str, params: dict[str, object], references: list[str]) -> Column:
    return {
        "label": label,
        "customLabel": True,
        "dataType": "number",
        "operationType": operation,
        "isBucketed": False,
        "scale": "ratio",
        "params": params,
        "references": references,
    }


def _helper(column: Column, label: str) -> Column:
    params = {name: value for name, value in column["params"].items() if name != "format"}
    if "emptyAsNull" in params:
        params["emptyAsNull"] = False
    return column | {"label": f"Part of {label}", "params": params}


def _text(column: Column) -> str:
    operation = column["operationType"]
    parts = [] if operation == "count" else [column["sourceField"]]
    if operation == "percentile":
        parts.append(f"percentile={column['params']['percentile']}")
    if "filter" in column:
        quoted = column["filter"]["query"].replace("\\", "\\\\").replace("'", "\\'")
        parts.append(f"kql='{quoted}'")
    return f"{operation}({', '.join(parts)})"

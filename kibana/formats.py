"""How a number is written: its unit is part of it.

Durations, dates and bytes have none here: their data view carries a format per field (`kibana/views.py`),
which a column without a format of its own takes over.
"""

from __future__ import annotations

from typing import Any

Format = dict[str, Any]


def number(decimals: int = 0, suffix: str = "", *, compact: bool = False) -> Format:
    """A plain number; `suffix` is its unit, with the space before it (`" bp"`)."""
    params: dict[str, Any] = {"decimals": decimals}
    if suffix:
        params["suffix"] = suffix
    if compact:
        params["compact"] = True
    return {"id": "number", "params": params}


def percent(decimals: int = 1) -> Format:
    """A fraction, shown as percent."""
    return {"id": "percent", "params": {"decimals": decimals}}

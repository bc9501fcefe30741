"""Rows of the listed decisions as the API shows them; what one decision shows (`views.py`) is the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pyarrow as pa

from market.decision import OutcomeState
from market.ports import LISTED_SCHEMA
from model_service.views import SIMULATED

_OUTCOME: Final = LISTED_SCHEMA.names[LISTED_SCHEMA.names.index("entry_time") :]
_PENDING: Final = {"state": OutcomeState.PENDING.value}


def rows_of(table: pa.Table) -> Iterator[dict[str, Any]]:
    """One object per decision of a table in `LISTED_SCHEMA`."""
    for row in table.to_pylist():
        state = row.pop("outcome")
        became = {name: row.pop(name) for name in _OUTCOME}
        row["simulated"] = row["exchange"] == SIMULATED
        row["closed_at"] = datetime.fromtimestamp((row["close_time"] + 1) / 1000, UTC).isoformat()
        row["outcome"] = _PENDING if state == OutcomeState.PENDING else {"state": state} | became
        yield row

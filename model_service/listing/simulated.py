"""Whether made-up markets are among the decisions of an answer; a filter may mean both kinds at once."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from market.ports import DecisionFilter, DecisionStore
from model_service.views import SIMULATED


def of_rows(wanted: DecisionFilter, rows: pa.Table) -> bool:
    """Of the rows at hand; of the exchange that is asked for, where one is."""
    return SIMULATED in (wanted.exchange, *rows["exchange"].unique().to_pylist())


def of_all(store: DecisionStore, wanted: DecisionFilter) -> bool:
    """Of all that is wanted, however much it is."""
    if wanted.exchange is not None:
        return wanted.exchange == SIMULATED
    return bool(store.listed(replace(wanted, exchange=SIMULATED, limit=1)).num_rows)

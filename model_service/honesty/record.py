"""Is what is stored what was written? Model files and the two chains of the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from market.decision import Role
from market.errors import ModelRefused
from market.interval import Series
from market.ports import ChainHead, DecisionStore, ModelRecord
from model_service.honesty.suite import Finding
from model_service.registry import Shelf


def examine_record(
    store: DecisionStore, shelf: Shelf, series: Series, role: Role, anchors: Sequence[ChainHead] = ()
) -> list[Finding]:
    """Check the files of the newest model of a series and role, and its ledger, by name.

    `anchors` are heads of the chains that were written down elsewhere.
    """
    ledger = store.verify(series, role, anchors)
    return [
        Finding("model_files_changed", tuple(_file_faults(store, shelf, series, role))),
        Finding("decisions_changed", tuple(fault for fault in ledger if fault.startswith("decisions"))),
        Finding("outcomes_changed", tuple(fault for fault in ledger if not fault.startswith("decisions"))),
    ]


def newest_model(store: DecisionStore, series: Series, role: Role) -> ModelRecord | None:
    """The model of a role that was trained last, in charge or blocked."""
    return next((each for each in store.models(series) if each.role is role), None)


def _file_faults(store: DecisionStore, shelf: Shelf, series: Series, role: Role) -> list[str]:
    newest = newest_model(store, series, role)
    if newest is None:
        return []
    try:
        shelf.verify(newest)
    except ModelRefused as error:
        return [str(error)]
    return []

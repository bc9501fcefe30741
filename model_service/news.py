"""New decisions and outcomes as events, from the lines of the change log that tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from market.decision import LEDGER, OutcomeState
from market.interval import Series
from market.ports import Change, DecisionFilter, DecisionStore
from model_service.listing.rows import rows_of
from model_service.views import json_bytes
from web.broadcast import Events

DECISIONS: Final = "decisions"
# After an outage a line tells of thousands; who wants them all exports them.
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Teller:
    """Reads what a line is about: `decision` while the outcome is pending, then `outcome` with both."""

    decisions: DecisionStore

    def __call__(self, line: Change) -> Events:
        """The rows of the line as they are now, oldest first; of many the newest."""
        if line.stream != DECISIONS:
            return []
        series = Series.parse(line.series)
        wanted = DecisionFilter(
            exchange=series.exchange, symbol=series.symbol, interval=series.interval.name,
            start=line.from_time, end=line.to_time + 1, origins=LEDGER, newest=True, limit=_MOST,
        )  # fmt: skip
        rows = reversed(list(rows_of(self.decisions.listed(wanted))))
        return [(_name(row["outcome"]["state"]), json_bytes(row)) for row in rows]


def _name(state: str) -> str:
    return "decision" if state == OutcomeState.PENDING else "outcome"

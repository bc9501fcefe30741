"""New decisions and outcomes as events, from the lines of the change log that tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from market.decision import LEDGER, OutcomeState
from market.interval import Series
from market.ports import Change, DecisionFilter, DecisionStore
from model_service.listing.rows import rows_of
from model_service.views import json_bytes, series_view
from web.broadcast import Events

DECISIONS: Final = "decisions"
# A line with more rows is a catching up after an outage: one event tells of its range.
MOST_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Teller:
    """Reads what a line is about: `decision` while the outcome is pending, then `outcome` with both.

    Of many rows `range` tells: who wants them reads the list.
    """

    decisions: DecisionStore

    def __call__(self, line: Change) -> Events:
        """The rows of the line as they are now, oldest first, or where they are."""
        if line.stream != DECISIONS:
            return []
        series = Series.parse(line.series)
        wanted = DecisionFilter(
            exchange=series.exchange, symbol=series.symbol, interval=series.interval.name,
            start=line.from_time, end=line.to_time + 1, origins=LEDGER, limit=MOST_ROWS + 1,
        )  # fmt: skip
        found = self.decisions.listed(wanted)
        if found.num_rows > MOST_ROWS:
            return [("range", _range(series, line))]
        return [(_name(row["outcome"]["state"]), json_bytes(row)) for row in rows_of(found)]


def _range(series: Series, line: Change) -> bytes:
    """`end` is excluded, as everywhere."""
    told = {"stream": line.stream, "start": line.from_time, "end": line.to_time + 1}
    return json_bytes(series_view(series) | told)


def _name(state: str) -> str:
    return "decision" if state == OutcomeState.PENDING else "outcome"

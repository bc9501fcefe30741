"""The saved searches: tables of documents, newest first, that dashboards show by reference."""

from __future__ import annotations

from typing import Final, NamedTuple

from kibana.objects import SavedObject, search


class Table(NamedTuple):
    """A saved search; `documents(name, title, table.id)` puts it on a dashboard."""

    id: str
    title: str
    view: str
    columns: tuple[str, ...]
    kuery: str = ""


DECISIONS: Final = Table(
    "opa-decision-table",
    "OPA decisions, newest first",
    "opa-decisions",
    (
        *("market.symbol", "market.interval", "decision.action", "decision.status", "decision.reason"),
        *("decision.origin", "decision.expected_gain_bp", "decision.cost_bp", "outcome.net_bp"),
    ),
    "decision.role: champion",
)
REASONS: Final = Table(
    "opa-reason-table",
    "OPA live decisions and their flip points, newest first",
    "opa-decisions",
    (
        *("market.symbol", "market.interval", "decision.action", "decision.reason", "decision.would_be"),
        *(
            "decision.probability",
            "decision.expected_gain_bp",
            "decision.gain_low_bp",
            "decision.gain_high_bp",
        ),
        *("decision.cost_bp", "decision.flip.text", "decision.provenance.missing_share"),
    ),
    "decision.role: champion and not decision.origin: backtest",
)
TICKS: Final = Table(
    "opa-tick-table",
    "OPA ticks, newest first",
    "opa-ticks",
    (
        *("market.symbol", "tick.last", "tick.bid", "tick.bid_quantity", "tick.ask", "tick.ask_quantity"),
        "tick.spread_bp",
    ),
)
SEARCHES: Final[tuple[Table, ...]] = (DECISIONS, REASONS, TICKS)


def searches() -> list[SavedObject]:
    """As saved objects."""
    return [search(*each) for each in SEARCHES]

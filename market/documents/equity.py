"""Equity of back-tests as documents: the points of both curves, one document each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from market.documents.backtests import sample_run
from market.documents.field import Field, market_fields, market_of, plotted
from market.documents.stream import Document, DocumentStream
from market.ports import BacktestRun

FIELDS: Final = (
    *market_fields("Open time of the candle at whose end the curves stand there"),
    Field("equity.run_id", "keyword", "Back-test run that the point belongs to"),
    Field("equity.role", "keyword", "champion or challenger"),
    Field("equity.kind", "keyword", "How the run was made, such as walk_forward", searched=False),
    plotted("equity.decisions", "Worth of 1 that follows the decisions, costs taken off", "fraction"),
    plotted("equity.buy_and_hold", "Worth of 1 that was bought once and held", "fraction"),
    plotted("equity.drawdown", "Decisions below their highest point so far; 0 at a high", "fraction"),
    plotted("equity.buy_and_hold_drawdown", "Buy-and-hold below its highest point so far", "fraction"),
)


def equity_documents(run: BacktestRun) -> Iterator[Document]:
    """The points of a run, oldest first."""
    series = run.series
    market = market_of(series.exchange, series.symbol, series.interval.name)
    high, hold_high = 0.0, 0.0
    for time, decisions, hold in run.equity:
        high, hold_high = max(high, decisions), max(hold_high, hold)
        body: dict[str, object] = {
            "@timestamp": time,
            "market": market,
            "equity": {
                "run_id": run.run_id,
                "role": run.role,
                "kind": run.kind,
                "decisions": decisions,
                "buy_and_hold": hold,
                "drawdown": decisions / high - 1,
                "buy_and_hold_drawdown": hold / hold_high - 1,
            },
        }
        yield Document(f"{run.run_id}:{time}", "", body)


STREAM: Final = DocumentStream(
    name="equity",
    description="A point of a back-test's two curves: following the decisions, and buy-and-hold.",
    id_rule="run id:open time",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=next(equity_documents(sample_run())),
)

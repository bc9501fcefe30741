"""Back-tests as documents: one per stored run, the strategy beside what needs no model."""

from __future__ import annotations

from typing import Final

from market.decision import Role
from market.documents.field import BASIS_POINTS, UTC_TIME, Field, market_fields, market_of, plotted
from market.documents.models import SCORES, Score, picked
from market.documents.stream import Document, DocumentStream
from market.interval import Series
from market.ports import BacktestRun

_TO_BP: Final = 10_000
# What the run measured beyond the card's scores; a run may lack some, the field is then absent.
METRICS: Final = SCORES | {
    "cagr_bp": Score(("net", "cagr"), "Net return per year, compounded", BASIS_POINTS, _TO_BP),
    "sortino": Score(("net", "sortino"), "Annualised return over downside deviation, net"),
    "exposure": Score(("net", "exposure"), "Share of candles in the market", "fraction"),
    "turnover": Score(("net", "turnover"), "Fills per year"),
    "cost_bp": Score(("net", "cost"), "Paid in fees and slippage over the run", BASIS_POINTS, _TO_BP),
    "late_sharpe": Score(("delayed", "sharpe"), "Sharpe ratio when every fill comes a candle later"),
    "naive_bp": Score(
        ("naive", "total"), "Return of buying whenever the probability is above a half", BASIS_POINTS, _TO_BP
    ),
    "shifted_bp": Score(
        ("shifts", "total_median"), "Median return of our own positions at random times", BASIS_POINTS, _TO_BP
    ),
    "hold_sharpe": Score(("buy_and_hold", "sharpe"), "Annualised Sharpe ratio of buy-and-hold"),
    "hold_max_drawdown": Score(
        ("buy_and_hold", "max_drawdown"), "Largest fall of buy-and-hold from a high", "fraction"
    ),
}
FIELDS: Final = (
    *market_fields("When the run was stored (market time)"),
    Field("backtest.run_id", "keyword", "Id of the run; the same as `_id`"),
    Field("backtest.role", "keyword", "champion or challenger"),
    Field("backtest.kind", "keyword", "How it was made, such as walk_forward", searched=False),
    Field("backtest.start", "date", "Open time of the first candle that was judged", UTC_TIME),
    Field("backtest.end", "date", "Open time of the last one", UTC_TIME),
    *(plotted(f"backtest.{name}", each.description, each.unit) for name, each in METRICS.items()),
    Field("backtest.metrics", "object", "Everything that was measured, for reading only"),
)


def backtest_document(run: BacktestRun) -> Document:
    """One run; always flat earns nothing and costs nothing, and is therefore no field."""
    series = run.series
    body: dict[str, object] = {
        "@timestamp": run.created_at,
        "market": market_of(series.exchange, series.symbol, series.interval.name),
        "backtest": {
            "run_id": run.run_id,
            "role": run.role,
            "kind": run.kind,
            "start": run.start,
            "end": run.end,
            "metrics": run.metrics,
            **picked(METRICS, run.metrics),
        },
    }
    return Document(run.run_id, "", body)


def sample_run() -> BacktestRun:
    """A made-up run of two points."""
    start, end = 1704067200000, 1704070800000
    return BacktestRun(
        run_id="wf-btcusdt-1h-champion-7f3a91c2",
        series=Series.of("binance", "BTCUSDT", "1h"),
        role=Role.CHAMPION,
        kind="walk_forward",
        created_at=1704074400000,
        start=start,
        end=end,
        metrics={
            "scores": {"accuracy": 0.547, "base_rate_accuracy": 0.508, "auc": 0.562},
            "net": {"total": 0.021, "cagr": 0.007, "sharpe": 0.4, "exposure": 0.16, "trades": 49},
            "buy_and_hold": {"total": 0.31, "sharpe": 0.9},
            "shift_p": 0.2,
        },
        equity=((start, 1.0, 0.999), (end, 1.021, 1.31)),
    )


STREAM: Final = DocumentStream(
    name="backtests",
    description="One stored back-test: what the decisions would have earned, beside buy-and-hold, base rate "
    "and persistence.",
    id_rule="run id",
    partition_rule="none: one index",
    fields=FIELDS,
    sample=backtest_document(sample_run()),
)

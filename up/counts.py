"""The numbers of the summary, read from the record."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

SERIES_HEAD = ("series", "rows", "first", "last", "holes by reason (missing bars)", "revisions")
MODELS_HEAD = (
    "series", "role", "kind", "accuracy", "base rate", "persistence", "AUC", "net return", "buy and hold",
)  # fmt: skip
DECISIONS_HEAD = ("origin", "action", "status", "count")
OUTCOMES_HEAD = ("origin", "known", "pending", "insufficient")

_SERIES = """
SELECT k.series_id, CONCAT(m.exchange, '/', m.symbol, '/', s.interval_name), COUNT(*),
       DATE_FORMAT(FROM_UNIXTIME(MIN(k.open_time) / 1000), '%Y-%m-%d %H:%i'),
       DATE_FORMAT(FROM_UNIXTIME(MAX(k.open_time) / 1000), '%Y-%m-%d %H:%i')
FROM klines k JOIN series s ON s.series_id = k.series_id JOIN symbols m ON m.symbol_id = s.symbol_id
WHERE k.finality IN ('closed', 'confirmed') GROUP BY k.series_id, m.exchange, m.symbol, s.interval_name
ORDER BY 2"""
_MODELS = """
SELECT CONCAT(m.exchange, '/', m.symbol, '/', s.interval_name), b.role, b.kind, b.metrics
FROM backtest_runs b JOIN series s ON s.series_id = b.series_id JOIN symbols m ON m.symbol_id = s.symbol_id
WHERE b.created_at = (
    SELECT MAX(created_at) FROM backtest_runs n WHERE n.series_id = b.series_id AND n.role = b.role
) ORDER BY 1, 2, 3"""
_DECISIONS = """
SELECT origin, action, status, COUNT(*) FROM decisions GROUP BY origin, action, status
UNION ALL SELECT 'backtest', action, status, COUNT(*) FROM backtest_decisions GROUP BY action, status
ORDER BY 1, 2, 3"""
_OUTCOMES = """
SELECT d.origin, SUM(o.state = 'known'), SUM(o.state IS NULL), SUM(o.state = 'insufficient')
FROM decisions d LEFT JOIN outcomes o USING (series_id, role, open_time) GROUP BY d.origin"""


def series(cursor: Any) -> list[tuple[Any, ...]]:
    """Rows, span, holes by reason and revisions of each series."""
    holes: dict[int, list[str]] = defaultdict(list)
    cursor.execute("SELECT series_id, reason, COUNT(*), SUM(bars) FROM holes GROUP BY series_id, reason")
    for series_id, reason, count, bars in cursor.fetchall():
        holes[series_id].append(f"{count} {reason} ({bars})")
    cursor.execute("SELECT series_id, COUNT(*) FROM revisions GROUP BY series_id")
    revisions = dict(cursor.fetchall())
    cursor.execute(_SERIES)
    return [
        (name, f"{count:,}", first, last, ", ".join(holes[key]) or "none", revisions.get(key, 0))
        for key, name, count, first, last in cursor.fetchall()
    ]


def models(cursor: Any) -> list[tuple[Any, ...]]:
    """The newest back-test of each series and role: out-of-sample scores beside those without a model."""
    cursor.execute(_MODELS)
    return [(name, role, kind, *_scores(metrics)) for name, role, kind, metrics in cursor.fetchall()]


def decisions(cursor: Any) -> list[tuple[Any, ...]]:
    """Counts by origin, action and status."""
    cursor.execute(_DECISIONS)
    return [(origin, action, status, f"{count:,}") for origin, action, status, count in cursor.fetchall()]


def outcomes(cursor: Any) -> list[tuple[Any, ...]]:
    """Known, pending and insufficient outcomes of the ledger, by origin."""
    cursor.execute(_OUTCOMES)
    return [(row[0], *(f"{int(count or 0):,}" for count in row[1:])) for row in cursor.fetchall()]


def rows(cursor: Any) -> dict[str, int]:
    """Rows of the record that have a document, by document stream."""
    questions = {
        "klines": "SELECT COUNT(*) FROM klines WHERE finality IN ('closed', 'confirmed')",
        "ticks": "SELECT COUNT(*) FROM ticks",
        "decisions": "SELECT (SELECT COUNT(*) FROM decisions) + (SELECT COUNT(*) FROM backtest_decisions)",
        "models": "SELECT COUNT(*) FROM models",
        "calibration": "SELECT SUM(JSON_LENGTH(card, '$.metrics.scores.reliability')) FROM models",
        "trials": "SELECT COUNT(*) FROM trials",
        "events": "SELECT COUNT(*) FROM model_events",
        "monitors": "SELECT COUNT(*) FROM monitors",
        "jobs": "SELECT COUNT(*) FROM jobs",
        "quality": "SELECT COUNT(*) FROM series",
        "holes": "SELECT COUNT(*) FROM holes",
        "revisions": "SELECT COUNT(*) FROM revisions",
        "backtests": "SELECT COUNT(*) FROM backtest_runs",
        "equity": "SELECT COUNT(*) FROM backtest_equity",
        "heartbeats": "SELECT COUNT(*) FROM heartbeats",
    }
    found = {}
    for name, question in questions.items():
        cursor.execute(question)
        found[name] = int(cursor.fetchone()[0] or 0)
    return found


def _scores(metrics: str | dict[str, Any]) -> tuple[str, ...]:
    known = metrics if isinstance(metrics, dict) else json.loads(metrics)
    scores = known.get("scores", {})
    names = ("accuracy", "base_rate_accuracy", "persistence_accuracy", "auc")
    parts = [scores.get(name) for name in names]
    parts += [known.get(name, {}).get("total") for name in ("net", "buy_and_hold")]
    return tuple("" if part is None else f"{part:.3f}" for part in parts)

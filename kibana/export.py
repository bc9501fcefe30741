"""All saved objects as one NDJSON export, generated and committed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from kibana.dashboards import DASHBOARDS
from kibana.dashboards.market_and_decisions import DECISIONS, QUALITY, QUALITY_TABLE, TABLE
from kibana.objects import SavedObject, data_view, search, tag

EXPORT: Final = Path(__file__).parent / "export" / "opa.ndjson"


def _number(pattern: str) -> dict[str, Any]:
    return {"id": "number", "params": {"pattern": pattern}}


_PERCENT: Final = {"id": "percent", "params": {"pattern": "0.0%"}}
_VIEWS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("opa-klines", "OPA klines", {"kline.close": _number("0,0.00[000000]")}),
    (
        "opa-decisions",
        "OPA decisions",
        {
            "decision.probability": _PERCENT,
            "decision.expected_gain_bp": _number("0.0"),
            "decision.cost_bp": _number("0.0"),
            "outcome.net_bp": _number("0.0"),
        },
    ),
    ("opa-ticks", "OPA ticks", {}),
    ("opa-models", "OPA models", {}),
    ("opa-quality", "OPA data quality", {}),
)
_TABLE_COLUMNS: Final = (
    "market.symbol",
    "market.interval",
    "decision.action",
    "decision.status",
    "decision.reason",
    "decision.origin",
    "decision.expected_gain_bp",
    "decision.cost_bp",
    "outcome.net_bp",
)
_QUALITY_COLUMNS: Final = (
    *("market.symbol", "market.interval", "quality.rows", "quality.coverage"),
    *("quality.holes", "quality.missing_bars", "quality.revisions", "quality.lag_ms"),
    *("quality.reconnects", "quality.stream_differences", "quality.rejected_frames", "quality.spilled"),
    *("quality.weight_used", "quality.updated_at"),
)


def saved_objects() -> list[SavedObject]:
    """Tag, data views, tables and dashboards, referenced before referring."""
    views = [data_view(alias, name, formats) for alias, name, formats in _VIEWS]
    table = search(TABLE, "OPA decisions, newest first", DECISIONS, _TABLE_COLUMNS, "decision.role: champion")
    quality = search(QUALITY_TABLE, "OPA data quality", QUALITY, _QUALITY_COLUMNS, "")
    return [tag(), *views, table, quality, *(dashboard.saved() for dashboard in DASHBOARDS)]


def as_ndjson(objects: list[SavedObject]) -> str:
    """One object per line, keys in a fixed order."""
    return "".join(json.dumps(each, ensure_ascii=False, sort_keys=True) + "\n" for each in objects)

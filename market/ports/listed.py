"""Decisions in columns, for lists and figures of many: without their explanations."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

_TEXT: Final = pa.string()
_TIME: Final = pa.int64()
_REAL: Final = pa.float64()

# A decision and its outcome. Prices are exact decimals as text, without trailing zeros; what is not known is
# null, `outcome` is `pending` while nothing is recorded.
LISTED_SCHEMA: Final = pa.schema(
    [
        ("id", _TEXT),
        ("exchange", _TEXT),
        ("symbol", _TEXT),
        ("interval", _TEXT),
        ("role", _TEXT),
        ("origin", _TEXT),
        ("open_time", _TIME),
        ("close_time", _TIME),
        ("decided_at", _TIME),
        ("model_id", _TEXT),
        ("run_id", _TEXT),
        ("action", _TEXT),
        ("status", _TEXT),
        ("reason", _TEXT),
        ("would_be", _TEXT),
        ("price", _TEXT),
        ("probability", _REAL),
        ("expected_gain", _REAL),
        ("gain_low", _REAL),
        ("gain_high", _REAL),
        ("cost", _REAL),
        ("horizon", _TIME),
        ("position_before", _TEXT),
        ("position_after", _TEXT),
        ("data_hash", _TEXT),
        ("outcome", _TEXT),
        ("entry_time", _TIME),
        ("exit_time", _TIME),
        ("entry_price", _TEXT),
        ("exit_price", _TEXT),
        ("gross", _REAL),
        ("net", _REAL),
        ("correct", pa.bool_()),
        ("recorded_at", _TIME),
    ]
)
# What figures over a period are made from.
MEASURED_SCHEMA: Final = pa.schema(
    [LISTED_SCHEMA.field(name) for name in ("probability", "expected_gain", "net", "open_time")]
)
# What another policy needs to decide a candle again: `price` is its close.
SCORED_SCHEMA: Final = pa.schema(
    [
        ("open_time", _TIME),
        ("origin", _TEXT),
        ("model_id", _TEXT),
        ("action", _TEXT),
        ("status", _TEXT),
        ("reason", _TEXT),
        ("price", _REAL),
        ("probability", _REAL),
        ("expected_gain", _REAL),
        ("cost", _REAL),
        ("horizon", pa.int64()),
        ("position_after", _TEXT),
    ]
)
# What only those of them need that act: when they were made, and the feature `log_sigma` of the candle.
MOMENT_SCHEMA: Final = pa.schema([("open_time", _TIME), ("decided_at", _TIME), ("log_sigma", _REAL)])

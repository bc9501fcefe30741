"""Instants that the simulator's tests speak of, ms UTC."""

from datetime import UTC, datetime

START = "2026-11-20T12:34:56.789Z"
NOW = int(datetime.fromisoformat(START).timestamp() * 1000)
LISTED = int(datetime(2026, 11, 10, tzinfo=UTC).timestamp() * 1000)

"""The answer of `check` as a table."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from rich.table import Table

from es_loader.check import SUMMED, Comparison, Totals

SHOWN: Final = 50


def table(result: Comparison) -> Table:
    """A row per stream, then a row per difference (at most `SHOWN`)."""
    found = len(result.differences)
    made = Table(title="equal" if not found else f"{found} differences", title_justify="left")
    for column in ("stream", "series", "day", "MySQL", "Elasticsearch"):
        made.add_column(column)
    for stream, count in result.counts.items():
        differing = sum(each.key.stream == stream for each in result.differences)
        made.add_row(stream, "all", "all", f"{count:,}", f"{differing} days differ" if differing else "equal")
    for key, mine, theirs in result.differences[:SHOWN]:
        day = datetime.fromtimestamp(key.day / 1000, UTC).date().isoformat()
        series = f"{key.exchange}/{key.symbol}/{key.interval}"
        made.add_row(key.stream, series, day, _shown(key.stream, mine), _shown(key.stream, theirs))
    return made


def _shown(stream: str, totals: Totals | None) -> str:
    if totals is None:
        return "nothing"
    sums = [f"{name}={value:.10g}" for name, value in zip(SUMMED[stream], totals.sums, strict=True)]
    return ", ".join([f"{totals.count:,}", *sums])

"""What a command shows at its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from ingest.finding import Finding
from ingest.populate import Report


def show(table: Table) -> None:
    """Print on standard output; wide enough for a log file when there is no terminal."""
    console = Console()
    (console if console.is_terminal else Console(width=200)).print(table)


def reports_table(reports: Sequence[Report]) -> Table:
    """A row per series: what this run did, what was put aside, and every hole that is known by now.

    "put aside" counts odd lines of archive files; "REST stands" candles about which a file said otherwise.
    """
    heads = ("series", "read", "new", "changed", "withdrawn", "put aside", "REST stands", "holes")
    table = Table(*heads, title="populate")
    for each in reports:
        missing: Counter[str] = Counter()
        for hole in each.holes:
            missing[hole.reason] += hole.bars
        holes = ", ".join(f"{bars} {reason}" for reason, bars in sorted(missing.items())) or "none"
        counts = (each.read, each.inserted, each.changed, each.withdrawn, each.rejected, each.kept)
        table.add_row(str(each.series), *(f"{count:,}" for count in counts), holes)
    return table


def findings_table(findings: Sequence[Finding], series: int) -> Table:
    """A row per finding; an empty table says so in its title."""
    wrong = sum(not finding.note for finding in findings)
    table = Table(
        "", "series", "check", "finding", title=f"verify: {series} series, {wrong} things wrong", min_width=60
    )
    for each in sorted(findings, key=lambda finding: (finding.note, finding.series, finding.check)):
        table.add_row("note" if each.note else "WRONG", each.series, each.check, each.detail)
    return table

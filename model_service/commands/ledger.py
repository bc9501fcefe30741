"""`verify-ledger`: is the record as it was written?"""

from __future__ import annotations

import typer

from market.store import MySQLDecisionStore
from model_service.wiring import database


def verify_ledger() -> None:
    """Walk every hash chain of the ledger; exit 1 and name what is broken."""
    store = MySQLDecisionStore(database())
    heads = store.chain_heads()
    broken = []
    for series, role in sorted({(head.series, head.role) for head in heads}):
        faults = store.verify(series, role)
        broken += [f"{series} {role}: {fault}" for fault in faults]
        rows = [head.number for head in heads if (head.series, head.role) == (series, role)]
        typer.echo(f"{series} {role}: {sum(rows)} rows, {len(faults)} faults")
    for line in broken:
        typer.echo(line, err=True)
    if broken:
        raise typer.Exit(1)

"""`verify-ledger`: is the record as it was written?"""

from __future__ import annotations

from typing import Annotated

import orjson
import typer

from market.decision import Role
from market.documents.anchors import chain_head
from market.errors import InvalidInput
from market.interval import Series
from market.ports import ChainHead, DecisionStore
from market.store import MySQLDecisionStore
from model_service.wiring import database

AnchorFile = Annotated[
    typer.FileText | None,
    typer.Option("--anchors", help="what `python -m es_loader anchors` printed; - reads standard input"),
]


def verify_ledger(anchors: AnchorFile = None) -> None:
    """Walk every hash chain of the ledger; exit 1 and name what is broken.

    Without anchors a chain that was rewritten as a whole looks whole; `python -m es_loader verify-anchors`
    takes them from Elasticsearch.
    """
    store = MySQLDecisionStore(database())
    heads = store.chain_heads()
    kept = [read_anchor(line) for line in anchors or () if line.strip()]
    broken = []
    for series, role in sorted({(head.series, head.role) for head in [*heads, *kept]}):
        faults = _faults(store, series, role, kept)
        broken += [f"{series} {role}: {fault}" for fault in faults]
        rows = sum(head.number for head in heads if (head.series, head.role) == (series, role))
        held = sum((each.series, each.role) == (series, role) for each in kept)
        typer.echo(f"{series} {role}: {rows} rows, {held} anchors, {len(faults)} faults")
    for line in broken:
        typer.echo(line, err=True)
    if broken:
        raise typer.Exit(1)


def _faults(store: DecisionStore, series: Series, role: Role, anchors: list[ChainHead]) -> list[str]:
    try:
        return store.verify(series, role, anchors)
    except InvalidInput as error:
        return [f"the anchored ledger is gone: {error}"]


def read_anchor(line: str) -> ChainHead:
    """A line that `python -m es_loader anchors` printed; `InvalidInput` for anything else."""
    try:
        return chain_head(orjson.loads(line))
    except orjson.JSONDecodeError as error:
        raise InvalidInput(
            f"{line[:60]!r} is no anchor: `python -m es_loader anchors` writes them"
        ) from error

"""`python -m kibana check` and `python -m kibana requests`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from kibana.runner.check import PanelVerdict, check
from kibana.runner.server import connected
from kibana.runner.settings import RunnerSettings
from kibana.translator.dashboard import Export
from kibana.translator.fields import from_caps, from_mapping
from kibana.translator.saved import SavedObject, read
from market.documents import DOCUMENTS

_WORDS: Final = {"data": "with data", "zero": "at zero", "empty": "empty", "error": "refused"}
_WRONG: Final = frozenset({"empty", "error"})


def check_panels(objects: Sequence[SavedObject]) -> None:
    """Print a line per dashboard, what is empty or refused, and the slowest; exit 1 for either."""
    found: list[PanelVerdict] = []
    with connected(RunnerSettings()) as server:
        for verdicts in check(server, objects):
            found += verdicts
            typer.echo(_summary(verdicts))
            for each in verdicts:
                if each.word in _WRONG:
                    typer.echo(f"  {each}")
    if found:
        typer.echo(f"slowest: {max(found, key=lambda each: each.milliseconds)}")
    if not found or any(each.word in _WRONG for each in found):
        raise typer.Exit(1)


def _summary(verdicts: Sequence[PanelVerdict]) -> str:
    words = [each.word for each in verdicts]
    counts = ", ".join(f"{words.count(word)} {name}" for word, name in _WORDS.items())
    taken = sum(each.milliseconds for each in verdicts)
    return f"{verdicts[0].dashboard if verdicts else 'nothing'}: {counts}; {taken:.0f} ms"


def requests(
    export: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="An export (NDJSON).")],
    fields: Annotated[
        Path | None,
        typer.Option(
            exists=True, help="JSON: index title to its answer of _field_caps, for foreign indices."
        ),
    ] = None,
) -> None:
    """Print, as JSON, the requests that Kibana 8.12 sends when the dashboards of an export are opened."""
    described = json.loads(fields.read_text(encoding="utf-8")) if fields else {}

    def types(title: str) -> dict[str, str] | None:
        return from_caps(described[title]) if title in described else own_types(title)

    found = Export(read(export.read_text(encoding="utf-8")), types).requests()
    typer.echo(json.dumps([each.recorded() for each in found], indent=1, ensure_ascii=False))


def own_types(title: str) -> dict[str, str] | None:
    """Field types of our own aliases; None for another index."""
    for stream in DOCUMENTS.values():
        if stream.alias == title:
            properties = stream.mapping()["properties"]
            return from_mapping(properties) if isinstance(properties, dict) else None
    return None

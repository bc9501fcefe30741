"""What the record holds: one table at the end of a start, the same for `status`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from market.documents import DOCUMENTS
from up import counts
from up.environment import EnvFile
from up.health import url
from up.indexing import documents_in, record
from up.places import Places
from up.services import ROOMS


def show(places: Places, env: EnvFile) -> None:
    """Print the summary. Raises `StoreUnavailable` when the database is away."""
    screen = Console(width=None if Console().is_terminal else 150)
    screen.rule(f"exchange: {_exchange(env)}")
    with record(places, env).transaction() as cursor:
        screen.print(_table("Series", counts.SERIES_HEAD, counts.series(cursor)))
        screen.print(_table("Models, beside their baselines", counts.MODELS_HEAD, counts.models(cursor)))
        screen.print(_table("Decisions", counts.DECISIONS_HEAD, counts.decisions(cursor)))
        screen.print(_table("Outcomes", counts.OUTCOMES_HEAD, counts.outcomes(cursor)))
        rows = counts.rows(cursor)
    documents = {name: documents_in(f"opa-{name}", places, env) for name in DOCUMENTS}
    lines = [
        (f"opa-{name}", "away" if found is None else f"{found:,}", _count(rows.get(name)))
        for name, found in documents.items()
    ]
    screen.print(_table("Documents", ("alias", "documents", "rows in the record"), lines))
    screen.print(_table("Doors", ("service", "URL"), _doors(env)))


def _exchange(env: EnvFile) -> str:
    name = env.get("OPA_EXCHANGE")
    return f"{name} (SIMULATED: not real prices)" if name == "simulated" else name


def _doors(env: EnvFile) -> list[tuple[str, str]]:
    doors = [(room.name, url(room, env)) for room in ROOMS if room.port]
    extra = [
        ("Elasticsearch", env.get("ES_URL")),
        ("Kibana", env.get("KIBANA_URL") or "none: set KIBANA_URL"),
    ]
    return [*doors, *extra, ("API key", "OPA_API_KEY in .env, header X-API-Key")]


def _table(title: str, head: Sequence[str], lines: Iterable[Sequence[Any]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in head:
        table.add_column(name)
    for line in lines:
        table.add_row(*("" if word is None else str(word) for word in line))
    return table


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"

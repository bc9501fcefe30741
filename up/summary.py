"""What the record holds: one table at the end of a start, the same for `status`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from market.documents import DOCUMENTS
from up import counts
from up.environment import EnvFile
from up.health import url
from up.indexing import documents_in, record
from up.places import Places
from up.services import ROOMS

_ACTIVE: Final = "alert.state:active AND alert.by:notifier"


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
    screen.print(
        _table("Documents", ("alias", "documents", "rows in the record"), _documents(places, env, rows))
    )
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


def _documents(places: Places, env: EnvFile, rows: Mapping[str, int]) -> Iterator[tuple[str, str, str]]:
    active = _count(documents_in(DOCUMENTS["alerts"].alias, places, env, _ACTIVE))
    beside = {
        "anchors": "none: an anchor is proof only outside the record",
        "alerts": f"none: written by the notifier and Kibana; the notifier sees {active} active",
    }
    for name, stream in DOCUMENTS.items():
        mine = f"{rows[name]:,}" if name in rows else beside[name]
        yield stream.alias, _count(documents_in(stream.alias, places, env)), mine


def _count(number: int | None) -> str:
    return "(away)" if number is None else f"{number:,}"

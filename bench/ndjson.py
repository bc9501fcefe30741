"""Building of bulk bodies: candles in columns against the client's own helper, per processor second.

`python -m bench.ndjson [--rows 50000] [--rounds 15]` needs no server. The helper is given documents that are
ready as dictionaries and does what `elasticsearch.helpers.streaming_bulk` does up to the body, with the
client's default serializer; ours begins with the page as the store gives it. They take turns; the program
checks that both say the same, prints the ratio with machine and versions, and exits 1 below 10.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import os  # isort: skip
import platform
import sys
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final

import elasticsearch
import orjson
import pyarrow as pa
import typer
from elasticsearch import Elasticsearch
from elasticsearch.helpers.actions import _chunk_actions, expand_action

from bench.load import SERIES, STREAM, pages
from es_loader.ndjson import kline_bodies
from market.documents.klines import kline_documents

GATE: Final = 10.0
PAGE: Final = 10_000  # candles the loader reads at a time
_CHUNK, _BYTES = 500, 100 * 1024 * 1024  # defaults of `streaming_bulk`


def helper(actions: Sequence[dict[str, Any]], serializer: Any) -> list[bytes]:
    """Bodies as the client's helper makes them."""
    chunks = _chunk_actions(map(expand_action, actions), _CHUNK, _BYTES, None, serializer)
    return [b"\n".join(lines) + b"\n" for _, lines in chunks]


def columns(tables: Sequence[pa.Table]) -> list[bytes]:
    """Bodies as the loader makes them."""
    return [
        piece.text for table in tables for body in kline_bodies(SERIES, table, 1) for piece in body.pieces()
    ]


def seconds(action: Callable[[], object]) -> float:
    """Of the processor, one thread."""
    began = time.thread_time()
    action()
    return time.thread_time() - began


def parsed(bodies: Sequence[bytes]) -> list[Any]:
    """Every line of the bodies."""
    return [orjson.loads(line) for body in bodies for line in body.splitlines()]


def main(
    rows: Annotated[int, typer.Option(help="Candles of each turn.")] = 50_000,
    rounds: Annotated[int, typer.Option(help="Turns; the best of each counts.")] = 15,
) -> None:
    """Measure, print, judge."""
    pa.set_cpu_count(1)
    table = pa.concat_tables(pages(rows)).combine_chunks()
    tables = [table.slice(at, PAGE) for at in range(0, rows, PAGE)]
    actions = [
        {"_index": STREAM.index(each.partition, 1), "_id": each.id, "_source": each.body}
        for each in kline_documents(SERIES, table)
    ]
    client = Elasticsearch("http://127.0.0.1:1")
    serializer = client.transport.serializers.get_serializer("application/json")
    if parsed(columns(tables)) != parsed(helper(actions, serializer)):
        raise SystemExit("the two do not say the same")
    speeds: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        speeds[0].append(rows / seconds(lambda: helper(actions, serializer)))
        speeds[1].append(rows / seconds(lambda: columns(tables)))
    theirs, ours = map(max, speeds)  # other programs on the cores only ever slow one down
    typer.echo(f"the client's helper {theirs:>11,.0f} documents per processor second")
    typer.echo(f"in columns          {ours:>11,.0f} documents per processor second")
    typer.echo(f"ratio               {ours / theirs:>11.1f} (gate {GATE:.0f})")
    typer.echo(f"{rows:,} candles, best of {rounds}; {platform.machine()}, {os.cpu_count()} cores,")
    typer.echo(
        f"Python {platform.python_version()}, client {elasticsearch.__versionstr__}, Arrow {pa.__version__}"
    )
    sys.exit(0 if ours / theirs >= GATE else 1)


if __name__ == "__main__":
    typer.run(main)

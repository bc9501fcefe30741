"""Speed gate of the loader: klines into Elasticsearch, against replaying bodies that were built before.

`python bench/load.py [--rows 1000000] [--rounds 4]` starts its own Elasticsearch (or uses ES_URL, ES_CA,
ES_WRITER_*, ES_MAINTAINER_*), takes turns, prints the ratio with machine and versions, and exits 1 below 0.9.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import market  # noqa: F401, I001  (first: see market/__init__.py)
import elasticsearch
import pyarrow as pa

from es_loader.body import Body, batches
from es_loader.bulk import Bulk
from es_loader.client import connect
from es_loader.indices import Indices
from es_loader.ndjson import kline_bodies
from es_loader.record import KLINE_PAGE
from es_loader.settings import LoaderSettings
from market.documents import DOCUMENTS
from market.documents.stream import generation_of
from market.interval import MINUTE, Series
from market.kline import STORED_SCHEMA

GATE = 0.9
START = 1704067200000
SERIES = Series.of("simulated", "BENCHUSDT", "1m")
STREAM = DOCUMENTS["klines"]


def pages(rows: int) -> Iterator[pa.Table]:
    """Made-up candles in pages, as the store gives them."""
    for first in range(0, rows, KLINE_PAGE):
        times = [START + (first + i) * MINUTE for i in range(min(KLINE_PAGE, rows - first))]
        columns = {
            "open_time": times,
            "close_time": [each + MINUTE - 1 for each in times],
            "trades": [40 + at % 900 for at in range(len(times))],
            "source": ["rest"] * len(times),
            "finality": ["confirmed"] * len(times),
        }
        for field in STORED_SCHEMA:
            if pa.types.is_decimal(field.type):
                text = [f"{30_000 + (first + at) % 7919 + at / 10_000:.4f}" for at in range(len(times))]
                columns[field.name] = pa.array(text).cast(field.type)
        yield pa.table(
            [pa.array(columns[field.name], field.type) for field in STORED_SCHEMA], schema=STORED_SCHEMA
        )


def parts(tables: list[pa.Table], generation: int) -> Iterator[Body]:
    """What the loader sends for these candles."""
    for table in tables:
        yield from kline_bodies(SERIES, table, generation)


def refuse(letters: list[object]) -> None:
    """Nothing may be refused here."""
    raise SystemExit(f"{len(letters)} documents were refused")


@contextmanager
def server() -> Iterator[LoaderSettings]:
    """The Elasticsearch of the environment, or one of our own."""
    if "ES_URL" in os.environ:
        yield LoaderSettings()
        return
    from tests.servers import running_elastic

    cache = Path(__file__).parents[1] / ".run" / "cache"
    with tempfile.TemporaryDirectory(prefix="opa-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with running_elastic(Path(folder) / "elastic", cache) as own:
            yield LoaderSettings.model_validate(
                {
                    "ES_URL": own.url,
                    "ES_CA": own.ca,
                    "ES_WRITER_PASSWORD": own.writer_password,
                    "ES_MAINTAINER_PASSWORD": own.maintainer_password,
                }
            )


def timed(action: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


def measure(settings: LoaderSettings, rows: int, rounds: int) -> tuple[list[float], list[float]]:
    """Documents per second of replaying and of loading, by turns, each into a fresh index."""
    client, indices = connect(settings, "writer"), Indices(connect(settings, "maintainer"))
    bulk, tables = Bulk(client, refuse), list(pages(rows))
    replayed, loaded = [], []
    for turn in range(rounds + 1):
        generations = [indices.next_generation(), indices.next_generation() + 1]
        for generation in generations:
            indices.prepare(STREAM, generation)
        bodies = [body.text for body in batches(parts(tables, generations[0]))]
        contest = [
            (replayed, lambda: [client.bulk(operations=body, filter_path="errors") for body in bodies]),  # noqa: B023
            (loaded, lambda: bulk.send(parts(tables, generations[1]))),  # noqa: B023
        ]
        for speeds, action in contest[:: 1 if turn % 2 else -1]:  # neither always goes first
            seconds = timed(action)
            if turn:  # the first turn warms the server up
                speeds.append(rows / seconds)
        indices.delete(name for name in indices.physical(STREAM) if generation_of(name) in generations)
    return replayed, loaded


def main() -> None:
    """Measure, print, judge."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rows", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=4)
    wanted = asked.parse_args()
    with server() as settings:
        replayed, loaded = measure(settings, wanted.rows, wanted.rounds)
        nodes = connect(settings, "maintainer").nodes.info(filter_path="nodes.*.version")["nodes"]
    ratio = statistics.median(loaded) / statistics.median(replayed)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"replay prebuilt bodies {statistics.median(replayed):>9,.0f} documents/s")
    print(f"load klines            {statistics.median(loaded):>9,.0f} documents/s")
    print(f"ratio                  {ratio:>9.2f} (gate {GATE})")
    print(f"{wanted.rows:,} rows, median of {wanted.rounds}; peak memory of this process {memory} MB")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},")
    versions = sorted({node["version"] for node in nodes.values()})
    print(f"Elasticsearch {', '.join(versions)}, client {elasticsearch.__versionstr__}")
    sys.exit(0 if ratio >= GATE else 1)


if __name__ == "__main__":
    main()

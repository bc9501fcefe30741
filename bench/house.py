"""Database, Elasticsearch and simulated exchange for one measurement, in folders of their own."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.chain import Chain
from tests.e2e.live import START
from tests.servers import Elastic, TestDatabase, running_elastic
from tests.simulator_fixture import Simulator, start_simulator

CACHE = Path(__file__).parents[1] / ".run" / "cache"


@contextmanager
def started(settings: Mapping[str, str]) -> Iterator[tuple[Chain, Simulator, Elastic]]:
    """Yield the rooms' commands, the exchange (its clock standing still) and Elasticsearch."""
    with with_database(settings) as (chain, simulator, elastic, _):
        yield chain, simulator, elastic


@contextmanager
def with_database(settings: Mapping[str, str]) -> Iterator[tuple[Chain, Simulator, Elastic, TestDatabase]]:
    """The same, and the database's server."""
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with (
            TestDatabase.running(folder / "mariadb") as database,
            running_elastic(folder / "elastic", CACHE) as elastic,
            start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as simulator,
        ):
            work = folder / "work"
            work.mkdir()
            yield (
                Chain(
                    work,
                    database.settings,
                    elastic,
                    simulator.rest_url,
                    simulator.ws_url,
                    dict(settings),
                ),
                simulator,
                elastic,
                database,
            )


def memory_mb(pid: int) -> dict[str, int]:
    """Resident memory now and at its largest."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    lines = dict(line.split(":", 1) for line in status.splitlines())
    return {name: int(lines[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM")}

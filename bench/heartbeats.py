"""What heartbeats cost: the beating process, the table, a look at who is silent, and the loader.

python -m bench.heartbeats [--beats 400] [--days 7]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import market  # noqa: F401  (first: see market/__init__.py)
from bench.house import CACHE
from es_loader.assembly import connected, mysql_record
from es_loader.settings import LoaderSettings
from market.heartbeat.heart import Heart
from market.interval import DAY
from market.ports import Figures, Heartbeat, Process, ServiceName
from market.ports.heartbeat import EVERY_S
from market.store import Database, MySQLHeartbeatStore, StoredClock, StoreSettings
from tests.servers import Elastic, TestDatabase, running_elastic

START: Final = 1_704_067_200_000
FIGURES: Final = Figures(12, 0, 431, 3, 840, 21.4, 0)
PER_HOUR: Final = round(len(ServiceName) * 3_600 / EVERY_S)


def main() -> int:
    """Print every figure; exit 1 when a beat takes more than one percent of the time between two."""
    arguments = _arguments()
    sys.stdout.write(f"{len(ServiceName)} processes: {PER_HOUR:,} rows and change lines an hour\n")
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with TestDatabase.running(folder / "mariadb") as server:
            share = _beating(server.settings, arguments.beats)
            with running_elastic(folder / "elastic", CACHE) as elastic:
                _loading(server.settings, elastic, folder, arguments.beats)
            _week(server.settings, arguments.days)
    return int(share > 0.01)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--beats", type=int, default=400)
    parser.add_argument("--days", type=int, default=7)
    return parser.parse_args()


def _beating(settings: StoreSettings, beats: int) -> float:
    """The share of the time between two beats that one takes of a processor."""
    database = Database(settings, "heartbeat")
    store, clock = MySQLHeartbeatStore(database), StoredClock(database, "simulated")
    heart = Heart(store, clock, "simulated", ServiceName.SCORER, lambda: FIGURES)
    heart.beat()
    with _timed(beats) as told:
        for _ in range(beats):
            heart.beat()
            time.sleep(0.001)  # two beats of one process never share an instant
    wall_ms, cpu_ms = told()
    share = cpu_ms / 1_000 / EVERY_S
    sys.stdout.write(
        f"a beat: {wall_ms:.2f} ms, of the processor {cpu_ms:.2f} ms ({share:.3%} of the time between two)\n"
    )
    return share


def _loading(settings: StoreSettings, elastic: Elastic, folder: Path, lines: int) -> None:
    """The follower, given one line after the other, as they come."""
    loader = connected(
        LoaderSettings.model_validate(
            {
                "ES_URL": elastic.url,
                "ES_CA": elastic.ca,
                "ES_WRITER_USER": elastic.writer_user,
                "ES_WRITER_PASSWORD": elastic.writer_password,
                "ES_MAINTAINER_USER": elastic.maintainer_user,
                "ES_MAINTAINER_PASSWORD": elastic.maintainer_password,
                "OPA_STATE_DIR": str(folder / "state"),
            }
        ),
        mysql_record(Database(settings, "reader")),
    )
    loader.bootstrap()
    follower, store = loader.follower(), MySQLHeartbeatStore(Database(settings, "heartbeat"))
    follower.step()
    spent_wall = spent_cpu = 0.0
    for at in range(lines):
        store.write(_beat(ServiceName.LOADER, START + DAY + at * 2_000))
        with _timed(1) as told:
            while follower.step():
                pass
        wall_ms, cpu_ms = told()
        spent_wall, spent_cpu = spent_wall + wall_ms, spent_cpu + cpu_ms
    hour_s = spent_cpu / lines * PER_HOUR / 1_000
    sys.stdout.write(
        f"the loader, line by line: {spent_wall / lines:.1f} ms until searchable, of its processor "
        f"{spent_cpu / lines:.1f} ms: {hour_s:.1f} s an hour ({hour_s / 3_600:.2%})\n"
    )


def _week(settings: StoreSettings, days: int) -> None:
    """The table after as many days as are kept, and how long `status` and a purge take then."""
    count = days * PER_HOUR * 24
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute("DELETE FROM heartbeats")
    for part in range(0, count, 5_000):
        _insert(settings, part, min(count, part + 5_000))
    store = MySQLHeartbeatStore(Database(settings, "heartbeat"))
    with _timed(1) as told:
        assert len(store.last()) == len(ServiceName)
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute("ANALYZE TABLE heartbeats")
        cursor.fetchall()
        cursor.execute(
            "SELECT data_length + index_length FROM information_schema.tables"
            " WHERE table_schema = DATABASE() AND table_name = 'heartbeats'"
        )
        ((size,),) = cursor.fetchall()
    sys.stdout.write(f"{days} days: {count:,} rows, {size / 1e6:.0f} MB; who is silent: {told()[0]:.1f} ms\n")
    with _timed(1) as told:
        purged = store.purge(START + DAY)
    sys.stdout.write(f"a purge of one day, {purged:,} rows: {told()[0]:.0f} ms\n")


def _insert(settings: StoreSettings, first: int, last: int) -> None:
    names = list(ServiceName)
    rows = [
        (f"{(service := names[at % len(names)])}-0a1b2c3d", service, START + at // len(names) * 15_000)
        for at in range(first, last)
    ]
    with Database(settings, "migrator").transaction() as cursor:
        cursor.executemany(
            "INSERT INTO heartbeats (process, service, time, exchange, version, pid, started_at, uptime_s,"
            " memory_bytes, disk_free_bytes, ending, requests, errors, documents, latency_ms) VALUES"
            " (%s, %s, %s, 'simulated', '0.1.0', 7, 1, 5, 161480704, 58720256000, 0, 12, 0, 431, 21.4)",
            rows,
        )


def _beat(service: ServiceName, at: int) -> Heartbeat:
    process = Process(f"{service}-0a1b2c3d", "simulated", service, "0.1.0", 7, START)
    return Heartbeat(process, at, 5, 161_480_704, 58_720_256_000, figures=FIGURES)


@contextmanager
def _timed(times: int) -> Iterator[Callable[[], tuple[float, float]]]:
    """Afterwards: milliseconds by the wall and of the processor, per time."""
    wall, cpu, spent = time.perf_counter(), time.process_time(), [0.0, 0.0]
    yield lambda: (spent[0], spent[1])
    spent[0] = (time.perf_counter() - wall) * 1_000 / times
    spent[1] = (time.process_time() - cpu) * 1_000 / times


if __name__ == "__main__":
    sys.exit(main())

"""From a candle's confirmation to its searchable decision, the market running at 60 times its pace.

    python -m bench.live [--minutes 10]

Starts MariaDB, Elasticsearch, the simulator and the three followers on one machine: three symbols, 1m and
1h each, champion and challenger. Time zero is `recorded_at` of the candle's last line in the change log (the
one before it tells what the stream called closed); the end
is the first `_search`, sent every 50 ms, that returns the decision. Gate: p95 within 2 s, no hole, and a
decision and a document of each role for every candle.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from importlib.metadata import version
from threading import Event, Thread
from typing import Any

import httpx
import numpy as np

from bench.house import memory_mb, started
from market.decision import Role
from market.interval import Interval, Series
from market.store import Database, MySQLDecisionStore, MySQLKlineStore, MySQLTickStore
from tests.e2e.chain import Chain
from tests.e2e.live import SPEED, all_decided, following, prepare, until
from tests.e2e.stores import documents, klines
from tests.servers import Elastic
from tests.simulator_fixture import Simulator

SYMBOLS = ("BTCUSDT", "ETHUSDT", "XRPUSDT")
SERIES = tuple(Series.of("simulated", symbol, name) for symbol in SYMBOLS for name in ("1h", "1m"))
SETTINGS = {
    "OPA_SYMBOLS": ",".join(SYMBOLS),
    "OPA_HISTORY": "1h:215 days,1m:4 days",  # a little more than the 5,000 bars a model needs
    "OPA_LATE_AFTER_S": str(120 * SPEED),
}
GATE_S = 2.0
POLL_S = 0.05
Key = tuple[str, str, int]  # series, role, open time


class Watcher(Thread):
    """Remembers when a search showed each decision first: `seen[key]`, wall time in seconds."""

    def __init__(self, elastic: Elastic, since: int) -> None:
        super().__init__(daemon=True)
        self.seen: dict[Key, float] = {}
        self.done = Event()
        self._elastic = elastic
        self._since = since

    def run(self) -> None:
        """Search until `done`."""
        auth = (self._elastic.maintainer_user, self._elastic.maintainer_password)
        with httpx.Client(verify=self._elastic.ca, auth=auth, timeout=30) as client:  # type: ignore[arg-type]
            while not self.done.wait(POLL_S):
                hits = self._search(client)
                now = time.time()
                for hit in hits:
                    self.seen.setdefault(key_of(hit["_source"]), now)

    def _search(self, client: httpx.Client) -> list[dict[str, Any]]:
        body = {
            "size": 200,
            "_source": ["@timestamp", "market", "decision.role"],
            "sort": [{"decision.decided_at": "desc"}],
            "query": {"range": {"decision.decided_at": {"gte": self._since, "format": "epoch_millis"}}},
        }
        answer = client.post(f"{self._elastic.url}/opa-decisions/_search", json=body)
        return list(answer.raise_for_status().json()["hits"]["hits"])


def key_of(document: dict[str, Any]) -> Key:
    names = document["market"]
    series = Series.of(names["exchange"], names["symbol"], names["interval"])
    return str(series), document["decision"]["role"], document["@timestamp"]


def confirmed_at(chain: Chain, since: int) -> dict[tuple[str, int], float]:
    """Wall time (s) of the last change-log line over each candle that closed from `since` on."""
    found: dict[tuple[str, int], float] = {}
    with Database(chain.database, "reader").transaction() as cursor:
        cursor.execute(
            "SELECT series, from_time, to_time, UNIX_TIMESTAMP(recorded_at) FROM change_log"
            " WHERE stream = 'klines' AND to_time >= %s ORDER BY seq",
            (since - 3_600_000,),
        )
        for name, start, end, at in cursor.fetchall():
            interval = Series.parse(name).interval
            for time_ms in range(interval.ceil(start), end + 1, interval.typical_ms):
                found[name, time_ms] = float(at)
    return found


def measure(chain: Chain, simulator: Simulator, elastic: Elastic, minutes: float) -> dict[str, Any]:
    """Run the market for this many minutes of wall time."""
    prepare(chain)
    with following(chain, simulator, SERIES) as rooms:
        watcher = Watcher(elastic, rooms.since)
        watcher.start()
        time.sleep(minutes * 60)
        pids = {name: process.pid for name, process in rooms.processes.items()} | {"simulator": simulator.pid}
        memory = {name: memory_mb(pid) for name, pid in pids.items()}
        endings = {"ingest": rooms.stop("ingest")}
        until(lambda: all_decided(chain, SERIES), 30, "the last candles decided")
        chain.run("es_loader", "check")
        watcher.done.set()
        watcher.join()
        endings |= {name: rooms.stop(name) for name in ("model_service", "es_loader")}
    return figures(chain, elastic, rooms.since, watcher.seen) | {
        "memory_mb": memory,
        "seconds_to_end": {name: round(seconds, 2) for name, seconds in endings.items()},
    }


def figures(chain: Chain, elastic: Elastic, since: int, seen: dict[Key, float]) -> dict[str, Any]:
    """What became of every candle that closed from `since` on."""
    closed = {
        (str(series), row["open_time"])
        for series in SERIES
        for row in klines(chain.database, series)
        if row["close_time"] >= since
    }
    wanted = {(name, str(role), time_ms) for name, time_ms in closed for role in Role}
    shown = {key_of(each) for role in Role for each in shown_decisions(elastic, role, since)}
    at = confirmed_at(chain, since)
    delays = np.array([seen[key] - at[key[0], key[2]] for key in sorted(wanted & seen.keys())])
    store = MySQLKlineStore(Database(chain.database, "reader"))
    return {
        "candles": len(closed),
        "decisions_missing": undecided(chain, closed),
        "documents_missing": len(wanted - shown),
        "never_seen_by_a_search": len(wanted - seen.keys()),
        "holes": sum(len(store.holes(series)) for series in SERIES),
        "candles_without_a_tick": without_tick(chain, closed),
        "seconds_to_searchable": {
            "p50": round(float(np.percentile(delays, 50)), 3),
            "p95": round(float(np.percentile(delays, 95)), 3),
            "max": round(float(delays.max()), 3),
        },
    }


def shown_decisions(elastic: Elastic, role: Role, since: int) -> list[dict[str, Any]]:
    """Documents of the ledger on candles that were open at `since` or opened later."""
    first = {"range": {"@timestamp": {"gte": since - 3_600_000, "format": "epoch_millis"}}}
    filters = [{"term": {"decision.role": role}}, {"terms": {"decision.origin": ["live", "late"]}}, first]
    return list(documents(elastic, "opa-decisions", {"bool": {"filter": filters}}).values())


def undecided(chain: Chain, closed: set[tuple[str, int]]) -> int:
    """Candles that lack a decision of a role."""
    store = MySQLDecisionStore(Database(chain.database, "reader"))
    first = min(time_ms for _, time_ms in closed)
    return sum(
        (name, time_ms) in closed
        for name in {name for name, _ in closed}
        for role in Role
        for time_ms in store.undecided(Series.parse(name), role, first, 100_000)
    )


def without_tick(chain: Chain, closed: set[tuple[str, int]]) -> int:
    """Minutes in which no tick was sampled."""
    ticks = MySQLTickStore(Database(chain.database, "reader"))
    minute = Interval("1m")
    missing = 0
    for name, time_ms in closed:
        series = Series.parse(name)
        if series.interval == minute:
            end = minute.next_open(time_ms)
            missing += not ticks.read(series.exchange, series.symbol, time_ms + 1, end + 1, limit=1)
    return missing


def main() -> None:
    """Measure, print, judge."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=10)
    minutes = asked.parse_args().minutes
    with started(SETTINGS) as (chain, simulator, elastic):
        load = os.getloadavg()[0]
        result = measure(chain, simulator, elastic, minutes)
    names = ("python-binance", "mysql-connector-python", "elasticsearch", "lightgbm", "pyarrow")
    result |= {
        "speed": SPEED,
        "minutes": minutes,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load": [round(load, 1), round(os.getloadavg()[0], 1)],
        "versions": {"python": platform.python_version()} | {name: version(name) for name in names},
    }
    print(json.dumps(result, indent=2))
    complete = not any(
        result[name] for name in ("decisions_missing", "documents_missing", "holes", "candles_without_a_tick")
    )
    sys.exit(0 if complete and result["seconds_to_searchable"]["p95"] <= GATE_S else 1)


if __name__ == "__main__":
    main()

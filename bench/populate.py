"""How much of its weight budget `populate` uses, simulator and MariaDB on the same machine.

`python -m bench.populate` starts both, reads years of minute candles through two full minutes of the
exchange's weight book and prints the ratio of the weight that was used to the weight that was allowed.
Gate: at least 0.9, and no answer of 429.
"""

from __future__ import annotations

import asyncio
import json
import platform
import resource
import sys
import tempfile
import time
from contextlib import closing
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

from ingest.exchanges import open_exchange
from ingest.keeper import Keeper
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.populate import Populate
from ingest.progress import Lines
from ingest.settings import IngestSettings
from market.interval import Interval
from market.store import Database, MySQLKlineStore
from tests.servers import TestDatabase
from tests.simulator_fixture import Simulator, start_simulator

FULL_MINUTES = 2
GATE = 0.9


async def measure(settings: IngestSettings, store: MySQLKlineStore) -> dict[str, Any]:
    """Weight at the turns of the minutes while a run is under way."""
    exchange, patience = open_exchange(settings), Patience(8)
    wanted = [Wanted(name, Interval("1m"), "5 years ago", "now") for name in settings.symbols.split(",")]
    with closing(Keeper(store, patience)) as keeper:
        began = time.monotonic()
        run = asyncio.create_task(Populate(exchange, keeper, patience, Lines()).run(wanted))
        marks = []
        for _ in range(FULL_MINUTES + 1):
            await asyncio.sleep(60 - time.time() % 60)
            marks.append(exchange.budget.spent)
        took = time.monotonic() - began
        assert not run.done(), "the run ended before the minutes did: ask for more history"
        run.cancel()
        await asyncio.wait([run])
    await exchange.close()
    rows = sum(status.rows for status in store.series())
    used = [after - before for before, after in pairwise(marks)]
    return {
        "ratio": round(sum(used) / len(used) / exchange.budget.ceiling, 4),
        "weight_per_minute": used,
        "allowed_per_minute": exchange.budget.ceiling,
        "rows": rows,
        "rows_per_second": round(rows / took),
        "largest_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def run(simulator: Simulator, database: TestDatabase) -> dict[str, Any]:
    """One measurement with the machine and the versions it was made on."""
    settings = IngestSettings(
        exchange="simulated", exchange_rest=simulator.rest_url, exchange_ws=simulator.ws_url
    )
    figures = asyncio.run(measure(settings, MySQLKlineStore(Database(database.settings, "ingest"))))
    counters = simulator.control.counters()
    names = ("python-binance", "aiohttp", "pyarrow", "mysql-connector-python")
    return figures | {
        "answers_429": counters["refused_429"],
        "answers_418": counters["refused_418"],
        "machine": f"{platform.processor() or platform.machine()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in names},
    }


if __name__ == "__main__":
    with (
        tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as folder,
        start_simulator(Path(folder)) as simulator,
    ):
        Path(folder).chmod(0o755)
        with TestDatabase.running(Path(folder) / "mariadb") as database:
            result = run(simulator, database)
    print(json.dumps(result, indent=2))
    sys.exit(0 if result["ratio"] >= GATE and not result["answers_429"] else 1)

"""Archive zips to committed rows against the server's own LOAD DATA of the same rows, in the same run.

`python -m bench.archive [--months 24] [--runs 3] [--microseconds]` starts a MariaDB of its own. Every month
is one zip of one-minute candles as the exchange ships it. The server loads the same files, unzipped before,
one statement and one commit each, before and after (the mean counts); `populate` goes from zip through
checksum, validation and LOAD to a commit with coverage, provenance and change log. Gates: 0.85 with one
connection, 0.75 with two, a repeat that writes nothing and is 50 times faster.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import asyncio  # isort: skip
import hashlib
import io
import platform
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import typer

from bench.loading import loading_connection
from ingest.archive.choice import Via
from ingest.archive.importing import FileImport
from ingest.archive.parse import parse
from ingest.archive.period import Period, periods
from ingest.archive.quarantine import Quarantine
from ingest.keeper import Keeper
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.plan import Wanted
from ingest.populate import Populate, Report
from market.interval import DAY, MINUTE, Interval, Series
from market.kline import KLINE_SCHEMA, empty_klines
from market.ports import SymbolInfo
from market.store import Database, MySQLArchiveStore, MySQLKlineStore, StoreSettings
from tests.servers import TestDatabase

START: Final = 1_609_459_200_000  # 2021-01-01
ONE: Final = Interval("1m")
GATES: Final = {1: 0.85, 2: 0.75}
REPEAT_GATE: Final = 50


@dataclass
class Files:
    """Zips by name, and what is in them."""

    zips: dict[str, bytes]
    texts: dict[str, list[bytes]]
    first: pa.Table
    end: int
    rows: int = 0

    async def checksum(self, file: Period) -> str:
        return hashlib.sha256(self.zips[file.name]).hexdigest()

    async def body(self, file: Period) -> bytes:
        return self.zips[file.name]


class Exchange:
    """All that populate asks of REST when the archive has everything."""

    exchange = "bench"

    def __init__(self, files: Files) -> None:
        self._files = files

    async def server_time(self) -> int:
        return self._files.end + DAY

    async def symbol(self, name: str) -> SymbolInfo:
        return SymbolInfo("bench", name, "BTC", "USDT", "TRADING")

    async def klines(
        self, symbol: str, interval: Interval, start: int | None, end: int | None, limit: int = 1000
    ) -> pa.Table:
        return self._files.first if limit == 1 else empty_klines()

    async def close(self) -> None:
        return


class Silent:
    """Progress that nobody watches."""

    def begin(self, series: Series, bars: int) -> None:
        return

    def advance(self, series: Series, bars: int, rows: int) -> None:
        return


def month_text(file: Period, unit: int) -> bytes:
    """Candles with eight decimals, as the exchange writes them."""
    times = np.arange(file.start, file.end, MINUTE)
    random = np.random.default_rng(file.start % 2**32)
    opens = 30_000 + random.standard_normal(len(times)).cumsum()
    moves = random.random((3, len(times)))
    close = opens + moves[0] - 0.5
    high, low = np.maximum(opens, close) + moves[1], np.minimum(opens, close) - moves[2]
    volumes = random.random((4, len(times))) * 1_000
    trades = random.integers(0, 5_000, len(times)).tolist()
    closes = ((times + MINUTE) * unit - 1).tolist()
    amounts = [[f"{x:.8f}" for x in column] for column in (opens, high, low, close, *volumes)]
    columns = [(times * unit).tolist(), *amounts[:5], closes, amounts[5], trades, *amounts[6:]]
    return "".join(f"{','.join(map(str, row))},0\n" for row in zip(*columns, strict=True)).encode()


def make(symbols: Sequence[str], months: int, unit: int) -> Files:
    """The same months for every symbol."""
    end = START
    for _ in range(months):
        end = Interval("1M").next_open(end)
    made = Files({}, {name: [] for name in symbols}, empty_klines(), end)
    for name in symbols:
        files, _ = periods(Series("bench", name, ONE), START, end)
        for file in files:
            text = month_text(file, unit)
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr(f"{Path(file.name).stem}.csv", text)
            made.zips[file.name] = out.getvalue()
            parsed = parse(text, file)
            made.texts[name].append(parsed.lines)
            made.rows += parsed.klines.num_rows
            made.first = parsed.klines.slice(0, 1) if file.start == START else made.first
    return made


def load(settings: StoreSettings, number: int, texts: Sequence[bytes], folder: Path) -> float:
    """Seconds that one connection takes to load the files of one symbol, the files being there."""
    paths = []
    for at, text in enumerate(texts):
        paths.append(folder / f"{number}-{at}.csv")
        paths[-1].write_bytes(text)
    connection = loading_connection(settings, folder)
    cursor = connection.cursor()
    started = time.perf_counter()
    for path in paths:
        cursor.execute(
            f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE bench_load FIELDS TERMINATED BY ','"
            f" ({', '.join(KLINE_SCHEMA.names)}, @unused) SET series_id = {number}, source = 'archive',"
            " finality = 'confirmed'"
        )
        connection.commit()
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def load_all(settings: StoreSettings, files: Files, folder: Path) -> float:
    """Seconds for every symbol on a connection of its own, at the same time, into an empty table."""
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_load")
        cursor.execute("CREATE TABLE bench_load LIKE klines")
    with ThreadPoolExecutor(len(files.texts)) as pool:
        jobs = [
            pool.submit(load, settings, at, texts, folder) for at, texts in enumerate(files.texts.values(), 1)
        ]
        seconds = max(job.result() for job in jobs)
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute("SELECT COUNT(*) FROM bench_load")
        loaded = cursor.fetchone()[0]
        cursor.execute("DROP TABLE bench_load")
    if loaded != files.rows:
        raise SystemExit(f"LOAD DATA stored {loaded} of {files.rows} rows: the comparison is void")
    return seconds


async def populate(settings: StoreSettings, files: Files, folder: Path) -> tuple[float, list[Report]]:
    """Seconds of one populate run over every symbol, and its reports."""
    database = Database(settings, "ingest")
    patience, exchange = Patience(3), Exchange(files)
    wanted = [Wanted(name, ONE, "2021-01-01", str(pa.scalar(files.end, pa.timestamp("ms"))))
              for name in files.texts]  # fmt: skip
    with closing(Keeper(MySQLKlineStore(database), patience, len(files.texts))) as keeper:
        pager = Pager(exchange, patience)
        importer = FileImport(files, MySQLArchiveStore(database), Quarantine(folder), keeper, pager)
        await keeper.run(lambda: None)
        started = time.perf_counter()
        run = Populate(exchange, keeper, patience, Silent(), files=importer, via=Via.ARCHIVE)
        reports = await run.run(wanted)
        return time.perf_counter() - started, reports


def measure(database: TestDatabase, connections: int, months: int, runs: int, unit: int) -> bool:
    """Print every run and whether the median ratio passes the gate."""
    files = make([f"SYM{at}USDT" for at in range(connections)], months, unit)
    ratios, repeats, written = [], [], 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for run in range(runs):
            database.empty()
            before = load_all(database.settings, files, folder)
            took, reports = asyncio.run(populate(database.settings, files, folder))
            if sum(report.inserted for report in reports) != files.rows:
                raise SystemExit("populate did not store every row: the comparison is void")
            again, reports = asyncio.run(populate(database.settings, files, folder))
            written += sum(each.inserted + each.changed + each.withdrawn for each in reports)
            loaded = (before + load_all(database.settings, files, folder)) / 2
            ratios.append(loaded / took)
            repeats.append(took / again)
            print(
                f"{connections} connection(s), run {run + 1}: LOAD {files.rows / loaded:,.0f} rows/s,"
                f" populate {files.rows / took:,.0f} rows/s, ratio {ratios[-1]:.2f};"
                f" repeated {again * 1000:.0f} ms, {repeats[-1]:,.0f} times faster"
            )
    median = statistics.median(ratios)
    print(
        f"{connections} connection(s): ratio min {min(ratios):.2f} median {median:.2f} max {max(ratios):.2f}"
        f" (gate {GATES[connections]}); repeat {min(repeats):,.0f} times faster or more, {written} rows"
    )
    return median >= GATES[connections] and not written and min(repeats) >= REPEAT_GATE


def main(months: int = 24, runs: int = 3, microseconds: bool = False) -> None:
    """One connection, then two."""
    unit = 1000 if microseconds else 1
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with TestDatabase.running(Path(folder) / "mariadb") as database:
            passed = [measure(database, connections, months, runs, unit) for connections in GATES]
    print(f"{platform.machine()}, Python {platform.python_version()}, {'us' if microseconds else 'ms'} files")
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    typer.run(main)

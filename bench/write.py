"""Page-wise writes of the store against the server's own LOAD DATA of the same rows, in the same run.

`python -m bench.write [--pages 100] [--runs 5]` with the OPA_DB_* variables of an empty scratch database
whose server allows LOCAL INFILE. A page is 1,000 rows in one transaction with coverage and change-log lines.
The gate is a ratio of at least 0.4.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import mysql.connector
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import typer

from bench.loading import loading_connection
from market.interval import MINUTE, Interval, Series
from market.kline import KLINE_SCHEMA, Finality, Source, klines_from_columns
from market.ports import SymbolInfo
from market.store import Database, MySQLKlineStore, StoreSettings

PAGE = 1_000
START = 1_600_000_000_000 // MINUTE * MINUTE
INFO = SymbolInfo("bench", "BTCUSDT", "BTC", "USDT", "TRADING")


def generated(rows: int) -> pa.Table:
    """Candles with eight decimals, as the exchange writes them."""
    random = np.random.default_rng(7)
    opens = 30_000 + random.standard_normal(rows).cumsum()
    moves = random.random((3, rows))
    close = opens + moves[0] - 0.5
    high, low = np.maximum(opens, close) + moves[1], np.minimum(opens, close) - moves[2]
    times = START + np.arange(rows) * MINUTE
    volumes = random.random((4, rows)) * 1_000
    text = [[f"{x:.8f}" for x in column] for column in (opens, high, low, close, *volumes)]
    trades = random.integers(0, 5_000, rows)
    return klines_from_columns(
        [times.tolist(), *text[:5], (times + MINUTE - 1).tolist(), text[5], trades.tolist(), *text[6:]]
    )


def load_data(settings: StoreSettings, table: pa.Table, folder: Path) -> float:
    """Seconds that LOAD DATA takes for all rows in one statement, into a table of the same shape."""
    path = folder / "rows.csv"
    columns = [pc.cast(column, pa.string()) for column in table.columns]
    path.write_text("\n".join(pc.binary_join_element_wise(*columns, ",").to_pylist()) + "\n")
    connection = loading_connection(settings, folder)
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS bench_load")
    cursor.execute("CREATE TABLE bench_load LIKE klines")
    started = time.perf_counter()
    cursor.execute(
        f"LOAD DATA LOCAL INFILE '{path}' INTO TABLE bench_load FIELDS TERMINATED BY ','"
        f" ({', '.join(KLINE_SCHEMA.names)}) SET series_id = 1, source = 'rest', finality = 'confirmed'"
    )
    connection.commit()
    seconds = time.perf_counter() - started
    loaded = cursor.rowcount
    cursor.execute("DROP TABLE bench_load")
    connection.close()
    if loaded != table.num_rows:
        raise SystemExit(f"LOAD DATA stored {loaded} of {table.num_rows} rows: the comparison is void")
    return seconds


def write_pages(settings: StoreSettings, table: pa.Table, name: str) -> float:
    """Seconds that the store takes for the same rows, page by page."""
    store = MySQLKlineStore(Database(settings, "ingest"))
    info = SymbolInfo("bench", name, "BTC", "USDT", "TRADING")
    series: Series = store.register(info, Interval("1m"))
    started = time.perf_counter()
    for at in range(0, table.num_rows, PAGE):
        page = table.slice(at, PAGE)
        first, last = page.column("open_time")[0].as_py(), page.column("open_time")[-1].as_py()
        store.write(
            series,
            page,
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=last,
            covered=(first, last + MINUTE),
        )
    return time.perf_counter() - started


def main(pages: int = 100, runs: int = 5) -> None:
    """Print rows per second of both, and the ratio's minimum, median and maximum over the runs."""
    settings = StoreSettings()
    table = generated(pages * PAGE)
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for run in range(runs):
            loaded = load_data(settings, table, Path(folder))
            written = write_pages(settings, table, f"RUN{time.time_ns()}")
            ratios.append(loaded / written)
            print(
                f"run {run + 1}: LOAD DATA {table.num_rows / loaded:,.0f} rows/s,"
                f" pages {table.num_rows / written:,.0f} rows/s, ratio {ratios[-1]:.2f}"
            )
    print(
        f"ratio min {min(ratios):.2f} median {statistics.median(ratios):.2f} max {max(ratios):.2f} (gate 0.4)"
    )
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(_server(settings))
    sys.exit(0 if statistics.median(ratios) >= 0.4 else 1)


def _server(settings: StoreSettings) -> str:
    with Database(settings, "reader").transaction() as cursor:
        cursor.execute("SELECT VERSION()")
        return f"server {cursor.fetchone()[0]}, mysql-connector-python {mysql.connector.__version__}"


if __name__ == "__main__":
    typer.run(main)

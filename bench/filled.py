"""A database with one long series, loaded as fast as the server takes it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

from bench.loading import loading_connection
from market.interval import MINUTE, Interval, Series
from market.kline import KLINE_SCHEMA
from market.ports import SymbolInfo
from market.store import Database, MySQLKlineStore, StoreSettings

START = 1_451_606_400_000  # 2016-01-01
INFO = SymbolInfo("bench", "BTCUSDT", "BTC", "USDT", "TRADING")
INTERVAL = Interval("1m")
_AT_ONCE = 500_000


def fill(settings: StoreSettings, rows: int) -> Series:
    """`rows` confirmed minutes from 2016 on, as an exchange writes them: prices with two decimals."""
    series = MySQLKlineStore(Database(settings, "ingest")).register(INFO, INTERVAL)
    random = np.random.default_rng(7)
    with tempfile.TemporaryDirectory(prefix="opa-") as name:
        connection = loading_connection(settings, Path(name))
        cursor = connection.cursor()
        cursor.execute("SELECT series_id FROM series")
        series_id = cursor.fetchone()[0]
        for first in range(0, rows, _AT_ONCE):
            path = Path(name) / "rows.csv"
            count = min(_AT_ONCE, rows - first)
            pa.csv.write_csv(generated(random, first, count), path, _PLAIN)
            cursor.execute(_LOAD, (str(path), series_id))
            connection.commit()
            assert cursor.rowcount == count, f"LOAD DATA stored {cursor.rowcount} of {count} rows"
            print(f"\rloaded {first + count:,} of {rows:,} rows", end="", file=sys.stderr, flush=True)
        cursor.execute("ANALYZE TABLE klines")
        cursor.fetchall()
        connection.close()
    print(file=sys.stderr)
    return series


def generated(random: np.random.Generator, first: int, count: int) -> pa.Table:
    """Minutes from number `first` on."""
    times = START + (first + np.arange(count)) * MINUTE
    opens = 30_000 + random.standard_normal(count).cumsum()
    moves = random.random((3, count))
    closes = opens + moves[0] - 0.5
    prices = (opens, np.maximum(opens, closes) + moves[1], np.minimum(opens, closes) - moves[2], closes)
    volumes = [np.round(each, 5) for each in random.random((4, count)) * 1_000]
    columns = [
        times, *(np.round(each, 2) for each in prices), volumes[0], times + MINUTE - 1, volumes[1],
        random.integers(0, 5_000, count), *volumes[2:],
    ]  # fmt: skip
    return pa.table(columns, names=KLINE_SCHEMA.names)


_PLAIN = pa.csv.WriteOptions(include_header=False)
_LOAD = (
    "LOAD DATA LOCAL INFILE %s REPLACE INTO TABLE klines CHARACTER SET ascii FIELDS TERMINATED BY ','"
    f" ({', '.join(KLINE_SCHEMA.names)}) SET series_id = %s, source = 'archive', finality = 'confirmed'"
)

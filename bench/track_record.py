"""A year of minutes in the ledger: how long its lists, figures, track record, profit and a what-if take.

    python -m bench.track_record [ROWS]

Starts its own MariaDB. Rows are as wide as real ones (features, contributions, provenance) and made up in
the database; only their number matters.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import resource  # isort: skip
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import mysql.connector

from market.decision import Origin, Role
from market.features import FEATURES
from market.interval import MINUTE, Interval, Series
from market.ports import DecisionFilter, SymbolInfo
from market.store import Database, MySQLDecisionStore, MySQLKlineStore, StoreSettings
from model_service.holding import Holding
from model_service.listing.figures import described
from model_service.listing.formats import WRITERS, page_in
from model_service.listing.pages import every_page
from model_service.spec import Spec
from model_service.track.again import decided_again
from model_service.track.comparison import compared
from model_service.track.profit import followed, on_paper
from model_service.track_record import track_record
from model_service.what_if import MOST_ROWS, Mind, Settings, read_past
from tests.servers import ROOT_PASSWORD, TestDatabase

YEAR: Final = 525_600
WAITING: Final = 5  # of a horizon of four: nothing is known of the newest
START: Final = 1_700_000_040_000
SERIES: Final = Series.of("simulated", "BTCUSDT", "1m")
ALWAYS: Final = 1 << 52
JSON: Final = "{" + ", ".join(f'"{name}": -0.1234567890123456' for name in FEATURES) + "}"
KLINES: Final = f"""
INSERT INTO klines SELECT %s, {START} + seq * {MINUTE}, 30000 + SIN(seq / 50) * 900, 31000, 29000,
    30000 + SIN((seq + 1) / 50) * 900, 10, {START} + seq * {MINUTE} + 59999, 300000, 100, 5, 150000, 'rest',
    'confirmed' FROM seq_0_to_%s"""
# Every hundredth minute buys, fifty later it sells.
DECISIONS: Final = f"""
INSERT INTO decisions (series_id, role, open_time, id, close_time, origin, model_id, action, status, reason,
    price, probability, expected_gain, gain_low, gain_high, cost, horizon, position_before, position_after,
    decided_at, base, data_hash, features, contributions, number, previous_hash, hash)
SELECT %s, 'champion', {START} + seq * {MINUTE}, MD5(CONCAT(%s, '-', seq)),
    {START} + seq * {MINUTE} + 59999, 'live', 'm1',
    CASE MOD(seq, 100) WHEN 10 THEN 'BUY' WHEN 60 THEN 'SELL' ELSE 'HOLD' END, 'issued', 'no_edge',
    30000 + SIN((seq + 1) / 50) * 900, 0.3 + 0.4 * RAND(seq), 0.004 * COS(seq / 50), -0.01, 0.01, 0.0019, 4,
    IF(MOD(seq, 100) BETWEEN 11 AND 60, 'long', 'flat'), IF(MOD(seq, 100) BETWEEN 10 AND 59, 'long', 'flat'),
    {START} + (seq + 1) * {MINUTE} + 250, 0.01, SHA2(seq, 256), %s, %s, seq + 1, SHA2(seq, 256),
    SHA2(seq + 1, 256) FROM seq_0_to_%s WHERE MOD(seq, %s) = MOD(10, %s)"""
_OUTCOMES: Final = """
INSERT INTO outcomes SELECT series_id, role, open_time, 'known', open_time + 60000, open_time + 300000, price,
    price, 0.004 * RAND(number) - 0.002, 0.004 * RAND(number) - 0.004, RAND(number) > 0.5, open_time + 300001,
    number, previous_hash, hash FROM decisions WHERE number <= %s"""
_HEADS: Final = """
INSERT INTO chain_heads (series_id, role, chain, number, hash) VALUES
    (1, 'champion', 'decisions', %s, ''), (1, 'champion', 'outcomes', %s, '')"""


def main() -> None:
    """Fill, ask, print."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else YEAR
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with TestDatabase.running(Path(folder) / "mariadb") as server:
            _fill(server.settings, rows)
            _ask(server.settings, rows)


def _fill(settings: StoreSettings, rows: int) -> None:
    info = SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING")
    MySQLKlineStore(Database(settings, "ingest")).register(info, Interval("1m"))
    with filling(settings) as cursor:
        timed("fill klines", lambda: cursor.execute(KLINES, (1, rows + 10)))
        timed("fill decisions", lambda: cursor.execute(DECISIONS, (1, 1, JSON, JSON, rows - 1, 1, 1)))
        timed("fill outcomes", lambda: cursor.execute(_OUTCOMES, (rows - WAITING,)))
        cursor.execute(_HEADS, (rows, rows - WAITING))


@contextmanager
def filling(settings: StoreSettings) -> Iterator[Any]:
    """A cursor that may write anything, each statement by itself."""
    with (
        mysql.connector.connect(
            host=settings.host, port=settings.port, user="root", password=ROOT_PASSWORD,
            database=settings.name, autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):  # fmt: skip
        yield cursor


def _ask(settings: StoreSettings, rows: int) -> None:
    db = Database(settings, "model")
    store, klines = MySQLDecisionStore(db), MySQLKlineStore(db)
    waiting = timed("what waits for its outcome", lambda: store.without_outcome(SERIES, Role.CHAMPION))
    newest = DecisionFilter(origins=(Origin.LIVE,), newest=True, limit=100)
    page = timed("newest page of every series", lambda: store.read(newest))
    print(f"{len(waiting)} wait, {len(page)} on the page")
    _list(store)
    for turn in ("first", "again"):
        tallies = timed(f"tally, {turn}", lambda: store.tally(SERIES, Role.CHAMPION, 0, ALWAYS))
    record = track_record(tallies)
    print(f"{record['decisions']:,} of {rows:,} decisions in {len(tallies)} groups")
    timed("span", lambda: store.span(SERIES, Role.CHAMPION, 0, ALWAYS))
    print(f"peak memory {peak_mb()} MB")
    timed("paper", lambda: on_paper(klines, store, SERIES, Role.CHAMPION))
    print(f"peak memory {peak_mb()} MB")
    timed("profit", lambda: followed(klines, store, SERIES, Role.CHAMPION))
    print(f"peak memory {peak_mb()} MB")
    timed(f"what-if over {MOST_ROWS:,}", lambda: _what_if(klines, store))
    print(f"peak memory {peak_mb()} MB")


def _list(store: MySQLDecisionStore) -> None:
    newest = DecisionFilter(newest=True, limit=500)
    timed("a page of 500 in columns", lambda: store.listed(newest))
    timed("a page of 500 as JSON", lambda: page_in("json", store.listed(newest), None))
    timed("a filter that fits nothing", lambda: store.listed(replace(newest, reasons=("of nobody",))))
    timed("figures of all", lambda: described(store, DecisionFilter()))
    print(f"peak memory {peak_mb()} MB")
    for form, write in WRITERS.items():
        size = timed(f"export as {form}", lambda write=write: _size(write(every_page(store, newest))))
        print(f"{size / 1e6:.0f} MB, peak memory {peak_mb()} MB")


def _size(pieces: Iterator[bytes]) -> int:
    return sum(map(len, pieces))


def _what_if(klines: MySQLKlineStore, store: MySQLDecisionStore) -> dict[str, Any]:
    mind = {"m1": Mind(0.5, Spec(Interval("1m")))}
    end = START + MOST_ROWS * MINUTE
    past = read_past(klines, store, SERIES, Role.CHAMPION, 0, end, lambda _: Holding(), None)
    asked = Settings(margin=0.001)
    return compared(past, decided_again(past, mind, asked), mind, asked, 300)


def timed(name: str, work: Callable[[], Any]) -> Any:
    """Do it, and print how long it took."""
    began = time.perf_counter()
    found = work()
    print(f"{name}: {time.perf_counter() - began:.2f} s", flush=True)
    return found


def peak_mb() -> int:
    """Of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()

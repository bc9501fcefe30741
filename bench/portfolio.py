"""A watched portfolio of coins over years of minutes: how long its worth, its history and the accounts take.

    python -m bench.portfolio [COINS] [CANDLES]

Starts its own MariaDB. Of the ledgers only the decisions that trade are there (one of 450 candles, as wide
as real ones): following them reads no others.
"""

from __future__ import annotations

import market  # noqa: F401  (first: see market/__init__.py)

import sys  # isort: skip
import tempfile
from pathlib import Path

from bench.track_record import ALWAYS, DECISIONS, JSON, KLINES, YEAR, filling, peak_mb, timed
from market.decision import Role
from market.interval import Interval, Series
from market.ports import SymbolInfo
from market.store import Database, MySQLDecisionStore, MySQLKlineStore, MySQLTickStore, StoreSettings
from model_service.portfolio.holdings import parse_portfolio
from model_service.portfolio.watch import Watch
from model_service.track.profit import on_paper
from tests.servers import TestDatabase

EVERY = 450


class Late:
    """A clock far behind every candle."""

    def now(self) -> int:
        """Market time."""
        return ALWAYS


def main() -> None:
    """Fill, ask, print."""
    coins = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    candles = int(sys.argv[2]) if len(sys.argv) > 2 else 3 * YEAR
    symbols = [f"COIN{number}USDT" for number in range(1, coins + 1)]
    with tempfile.TemporaryDirectory(prefix="opa-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with TestDatabase.running(Path(folder) / "mariadb") as server:
            _fill(server.settings, symbols, candles)
            _ask(server.settings, symbols)


def _fill(settings: StoreSettings, symbols: list[str], candles: int) -> None:
    store = MySQLKlineStore(Database(settings, "ingest"))
    for number, symbol in enumerate(symbols, 1):
        store.register(SymbolInfo("simulated", symbol, symbol[:5], "USDT", "TRADING"), Interval("1m"))
        with filling(settings) as cursor:
            cursor.execute(KLINES, (number, candles - 1))
            cursor.execute(DECISIONS, (number, number, JSON, JSON, candles - 1, EVERY, EVERY))
            cursor.execute(
                "INSERT INTO chain_heads (series_id, role, chain, number, hash)"
                " VALUES (%s, 'champion', 'decisions', %s, '')",
                (number, candles),
            )


def _ask(settings: StoreSettings, symbols: list[str]) -> None:
    db = Database(settings, "model")
    klines, decisions = MySQLKlineStore(db), MySQLDecisionStore(db)
    held = parse_portfolio(",".join(f"{symbol}:0.5" for symbol in symbols), "simulated")
    watch = Watch(klines, decisions, MySQLTickStore(db), lambda _: Late(), held)
    for turn in ("first", "again"):
        found = timed(f"worth now, {turn}", watch.now)
        told = timed(f"history of 300 points, {turn}", watch.history)
    print(f"{len(found['holdings'])} holdings, {len(told['histories'][0]['points'])} points")
    timed("every series and how many rows it has", klines.series)
    timed("every series", klines.listed)
    first = Series.of("simulated", symbols[0], "1m")
    account = timed("paper account of one", lambda: on_paper(klines, decisions, first, Role.CHAMPION))
    print(f"{len(account.fills):,} fills; peak memory {peak_mb()} MB")


if __name__ == "__main__":
    main()

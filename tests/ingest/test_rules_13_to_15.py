"""Rules thirteen to fifteen of the fifteen: streams, crashes, proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import mysql.connector
import pytest

from ingest.counters import StreamCounters
from ingest.inbox import Inbox
from ingest.live import KlineFrame
from ingest.market_clock import SampledClock
from ingest.metrics import Metrics
from ingest.sums import verify_sums
from ingest.verify import verify_series
from ingest.watchdog import Watchdog
from market.coverage import Hole, HoleReason
from market.errors import StoreRefused
from market.interval import Interval, Series
from market.kline import Finality, Kline, Source, klines_from_rows, klines_to_rows
from market.ports import SymbolInfo
from market.store import Database, MySQLKlineStore, StoreSettings
from market.store.memory import MemoryKlineStore
from tests.ingest.exchange import HOUR, row
from tests.ingest.following import equals_ledger, live_on, more_bars, until
from tests.simulator_fixture import START as BEGIN
from tests.simulator_fixture import start_simulator

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")
M1 = Interval("1m")
INFO = SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING")
FOREVER = 2**53


def hours(count: int, start: int = FIRST) -> list[list[Any]]:
    return [row(start + at * HOUR) for at in range(count)]


def one(open_time: int, price: str = "100") -> Kline:
    return klines_to_rows(klines_from_rows([row(open_time, price=price)]))[0]


async def test_rule_13_the_buffer_is_bounded_counts_what_it_spills_and_knows_what_it_has_seen() -> None:
    counters = StreamCounters()
    inbox = Inbox(counters, capacity=2)
    frames = [KlineFrame("BTCUSDT", M1, at, at + 60_005, one(at)) for at in (0, 60_000, 120_000)]
    for frame in (*frames, frames[0]):
        inbox.put(frame)
    taken, spilled = await inbox.closed()
    assert [frame.open_time for frame in taken] == [0, 60_000]
    assert spilled == {("BTCUSDT", "1m"): 1}
    assert (counters.spilled, counters.duplicates) == (1, 1)


def test_rule_13_a_candle_stream_that_is_silent_for_more_than_ten_seconds_is_noticed() -> None:
    wall = [0.0]
    clock = SampledClock(lambda: wall[0])
    clock.observe(0)
    watchdog = Watchdog([Series("simulated", "BTCUSDT", M1)], clock, lambda: wall[0])
    wall[0] = 9.0
    assert not watchdog.silent()
    wall[0] = 11.0
    watchdog.heard()
    assert "BTCUSDT" in (watchdog.silent() or "")


async def test_rule_13_a_connection_that_will_end_is_relieved_by_a_fresh_one_before_it_does(
    tmp_path: Path, klines: MemoryKlineStore
) -> None:
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="60", OPA_SIMULATOR_START=BEGIN) as simulator:
        async with live_on(simulator, klines, "BTCUSDT") as live:
            simulator.control.stream_fault("shutdown", delay_ms=600_000)
            await until(lambda: live.counters.rotations == 1)
            await more_bars(klines, 2)
            assert (live.counters.reconnects, live.counters.connected) == (0, 1)
        equals_ledger(simulator, klines)


@pytest.mark.database
@pytest.mark.parametrize("table", ["coverage", "holes", "change_log"])
def test_rule_14_rows_and_coverage_are_committed_together_or_not_at_all(
    database: StoreSettings, root_password: str, table: str
) -> None:
    store = MySQLKlineStore(Database(database, "ingest"))
    store.register(INFO, BTC.interval)
    root = mysql.connector.connect(
        host=database.host, port=database.port, user="root", password=root_password, database=database.name
    )
    with root, root.cursor() as cursor:
        cursor.execute(
            f"CREATE TRIGGER crash BEFORE INSERT ON {table} FOR EACH ROW SIGNAL SQLSTATE '45000'"
            " SET MESSAGE_TEXT = 'crash'"
        )
        try:
            with pytest.raises(StoreRefused, match="crash"):
                confirm_two_hours(store)
        finally:
            cursor.execute("DROP TRIGGER crash")
    assert store.read(BTC, 0, FOREVER).num_rows == 0
    assert (store.coverage(BTC), store.holes(BTC), store.last_confirmed(BTC)) == ([], [], None)
    confirm_two_hours(store)
    assert store.read(BTC, 0, FOREVER).num_rows == 2


def confirm_two_hours(store: MySQLKlineStore) -> None:
    hole = Hole(FIRST + 2 * HOUR, FIRST + 3 * HOUR, 1, HoleReason.OUTAGE, "asked twice")
    store.write(
        BTC,
        klines_from_rows(hours(2)),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=FIRST + 4 * HOUR,
        covered=(FIRST, FIRST + 2 * HOUR + 1),
        holes=[hole],
    )


def spoil_coverage(klines: MemoryKlineStore) -> None:
    table = klines_from_rows([row(FIRST + 9 * HOUR)])
    klines.write(BTC, table, finality=Finality.CONFIRMED, source=Source.REST, now=FIRST + 20 * HOUR)


def spoil_order_of_finality(klines: MemoryKlineStore) -> None:
    klines.write_closed([(BTC, one(FIRST + 30 * HOUR))], now=FIRST + 20 * HOUR)


@pytest.mark.parametrize(
    ("spoil", "check"), [(spoil_coverage, "coverage"), (spoil_order_of_finality, "finality")]
)
def test_rule_15_a_broken_invariant_is_found(spoil: Callable[[MemoryKlineStore], None], check: str) -> None:
    klines = MemoryKlineStore()
    klines.register(INFO, BTC.interval)
    spoil(klines)
    found = [each for each in verify_series(klines, BTC, FIRST + 20 * HOUR) if not each.note]
    assert [each.check for each in found] == [check]


def test_rule_15_the_sum_of_fine_bars_is_the_coarse_one_where_they_are_complete() -> None:
    klines = MemoryKlineStore()
    day = replace(BTC, interval=Interval("1d"))
    midnight = FIRST // (24 * HOUR) * 24 * HOUR
    for series, table in (
        (BTC, klines_from_rows(hours(24, midnight))),
        (day, klines_from_rows([row(midnight, 24 * HOUR)])),
    ):
        klines.register(INFO, series.interval)
        span = (midnight, midnight + 24 * HOUR)
        klines.write(
            series, table, finality=Finality.CONFIRMED, source=Source.REST, now=span[1] + HOUR, covered=span
        )
    details = [each.detail for each in verify_sums(klines, BTC, day)]
    assert any("bars whose trades" in each and "3 against 72" in each for each in details)
    assert any("bars whose volume" in each for each in details)


def test_rule_15_every_job_shows_its_figures() -> None:
    shown = {family.name for family in Metrics().registry.collect()}
    names = ("rows", "missing_bars", "holes", "revisions", "reconnects", "lag_seconds", "weight_used")
    assert {f"opa_ingest_{name}" for name in names} <= shown

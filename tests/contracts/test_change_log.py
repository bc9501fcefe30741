"""The contract of every change log."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from market.interval import HOUR
from market.kline import Finality, Source
from market.ports import Change, ChangeLog, LogTrimmer
from market.store import Database, MySQLChangeLog, MySQLLogTrimmer, StoreSettings
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_archive import MemoryArchiveStore
from market.store.memory_changes import MemoryChangeLog
from market.store.memory_health import MemoryHealthStore
from tests.contracts.candles import page
from tests.contracts.conftest import MarketStores, on_server

WRITERS, WRITES = 4, 40


def test_an_empty_log_begins_at_one(stores: MarketStores) -> None:
    assert (stores.changes.head(), stores.changes.oldest(), stores.changes.read(0)) == (0, 1, [])


def test_an_epoch_stays(stores: MarketStores) -> None:
    assert stores.changes.epoch()
    assert stores.changes.epoch() == stores.changes.epoch()


def test_a_reader_pages_through_the_log(stores: MarketStores) -> None:
    series = stores.series()
    for bar in range(5):
        stores.klines.write(series, page({bar: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1)
    assert [line.seq for line in stores.changes.read(0, limit=2)] == [1, 2]
    assert stores.changes.read(4) == [Change(5, "klines", str(series), 4 * HOUR, 4 * HOUR)]
    assert stores.changes.read(5) == []
    assert (stores.changes.head(), stores.changes.oldest()) == (5, 1)


@pytest.mark.database
@pytest.mark.parametrize("server", ["database", "mysql8"])
def test_a_trimmed_log_says_where_it_begins(server: str, request: pytest.FixtureRequest) -> None:
    settings: StoreSettings = request.getfixturevalue(server)
    stores = on_server(settings)
    for bar in range(3):
        stores.klines.write(
            stores.series(), page({bar: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1
        )
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute("DELETE FROM change_log WHERE seq <= 2")
    assert stores.changes.oldest() == 3
    with Database(settings, "migrator").transaction() as cursor:
        cursor.execute("DELETE FROM change_log")
    assert (stores.changes.oldest(), stores.changes.head()) == (4, 3)


@pytest.fixture(
    params=[
        "memory",
        pytest.param("database", marks=pytest.mark.database),
        pytest.param("mysql8", marks=pytest.mark.database),
    ]
)
def trimmed(request: pytest.FixtureRequest) -> tuple[MarketStores, LogTrimmer]:
    """Stores with five lines in the log, and who may shorten it."""
    if request.param == "memory":
        klines, log = MemoryKlineStore(), MemoryChangeLog()
        klines.changes = log
        ticks, health = MemoryTickStore(klines), MemoryHealthStore(klines)
        stores = MarketStores(klines, ticks, log, health, MemoryArchiveStore(klines))
        trimmer: LogTrimmer = log
    else:
        settings: StoreSettings = request.getfixturevalue(request.param)
        stores, trimmer = on_server(settings), MySQLLogTrimmer(Database(settings, "trimmer"))
    series = stores.series()
    for bar in range(5):
        stores.klines.write(series, page({bar: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1)
    return stores, trimmer


def test_old_lines_go_up_to_the_cursor_and_young_ones_stay(trimmed: tuple[MarketStores, LogTrimmer]) -> None:
    stores, trimmer = trimmed
    assert trimmer.trim(up_to=3, keep_s=3_600) == 0
    assert trimmer.trim(up_to=3, keep_s=-60) == 3
    assert (stores.changes.oldest(), stores.changes.head()) == (4, 5)
    assert [line.seq for line in stores.changes.read(3)] == [4, 5]
    assert trimmer.trim(up_to=9, keep_s=-60) == 2
    assert (stores.changes.oldest(), stores.changes.head()) == (6, 5)
    stores.klines.write(
        stores.series(), page({9: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1
    )
    assert [line.seq for line in stores.changes.read(0)] == [6]


def test_a_follower_is_told_how_far_it_is_behind(stores: MarketStores) -> None:
    series = stores.series()
    assert stores.changes.lag(0) == (0, 0)
    for bar in range(3):
        stores.klines.write(series, page({bar: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1)
    lines, age_ms = stores.changes.lag(1)
    assert lines == 2
    assert 0 <= age_ms < 3_600_000
    assert stores.changes.lag(3) == (0, 0)


@pytest.mark.database
@pytest.mark.parametrize("server", ["database", "mysql8"])
def test_a_follower_never_skips_a_late_commit(server: str, request: pytest.FixtureRequest) -> None:
    settings: StoreSettings = request.getfixturevalue(server)
    stores, done = on_server(settings), Event()
    names = [stores.series(f"W{writer}").symbol for writer in range(WRITERS)]
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        following = pool.submit(follow, MySQLChangeLog(Database(settings, "reader")), done)
        for writing in [pool.submit(keep_writing, stores, name) for name in names]:
            writing.result()
        done.set()
        seen = following.result()
    assert [line.seq for line in seen] == list(range(1, WRITERS * WRITES + 1))
    for name in names:
        mine = [line.from_time for line in seen if line.series == f"binance/{name}/1h"]
        assert mine == [bar * HOUR for bar in range(WRITES)]


def keep_writing(stores: MarketStores, symbol: str) -> None:
    series = stores.series(symbol)
    for bar in range(WRITES):
        stores.klines.write(series, page({bar: "1"}), finality=Finality.CONFIRMED, source=Source.REST, now=1)


def follow(changes: ChangeLog, done: Event) -> list[Change]:
    """Read on from the last line seen, as a follower does, until the writers are done and the log is dry."""
    seen: list[Change] = []
    while True:
        finished = done.is_set()
        lines = changes.read(seen[-1].seq if seen else 0, limit=7)
        seen += lines
        if finished and not lines:
            return seen

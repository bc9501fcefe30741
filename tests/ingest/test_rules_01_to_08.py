"""The first eight of the fifteen rules for an ingest that its users can trust: history and its finality."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import mysql.connector
import pytest

from ingest.counters import SeriesCounters
from ingest.follower import Follower
from ingest.keeper import Keeper
from ingest.market_clock import SampledClock
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.times import parse_time
from market.coverage import Covered, HoleReason
from market.errors import ExchangeUnavailable
from market.interval import DAY, Interval, Series
from market.kline import Finality, Source, klines_from_rows, klines_to_rows
from market.ports import SymbolInfo
from market.store import StoreSettings
from market.store.memory import MemoryKlineStore
from tests.ingest.conftest import Open, populate, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row, rows

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")
INFO = SymbolInfo("simulated", "BTCUSDT", "BTC", "USDT", "TRADING")
FOREVER = 2**53


def hours(count: int, *missing: int) -> list[list[object]]:
    return [row(FIRST + at * HOUR) for at in range(count) if at not in missing]


def opens(klines: MemoryKlineStore) -> list[int]:
    """Stored bars by their number."""
    return [(at - FIRST) // HOUR for at in klines.read(BTC, 0, FOREVER).column("open_time").to_pylist()]


async def confirmed(follower: Follower) -> None:
    """Let it confirm until it has caught up."""
    task = asyncio.create_task(follower.run())
    async with asyncio.timeout(60):
        await follower.caught_up.wait()
    task.cancel()
    await asyncio.wait([task])


def follow(exchange: object, keeper: Keeper, now: int) -> Follower:
    clock = SampledClock(lambda: 0.0)
    clock.observe(now)
    return Follower(BTC, exchange, keeper, clock, SeriesCounters())  # type: ignore[arg-type]


async def test_rule_01_the_key_is_market_symbol_interval_and_an_open_time_that_may_be_off_the_grid(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    odd = row(FIRST + HOUR + 14_789, HOUR - 14_789, price="0.00000001")
    exchange = await connect(ScriptedExchange([row(FIRST), odd, row(FIRST + 2 * HOUR)], FIRST + 4 * HOUR))
    wanted = want("BTCUSDT", "1h", "4 hours ago", "1 hour ago")
    for _ in range(2):
        await populate(exchange, keeper, wanted, refresh=True)
    stored = klines_to_rows(klines.read(BTC, 0, FOREVER))
    assert [bar.open_time - FIRST for bar in stored] == [0, HOUR + 14_789, 2 * HOUR]
    assert stored[1].close == Decimal("0.00000001")
    assert klines.holes(BTC) == []
    assert klines.revisions(BTC) == []


@pytest.mark.database
def test_rule_01_the_table_has_that_primary_key_an_integer_time_and_exact_decimals(
    database: StoreSettings, root_password: str
) -> None:
    with (
        mysql.connector.connect(
            host=database.host, port=database.port, user="root", password=root_password
        ) as root,
        root.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT column_name, data_type, column_key FROM information_schema.columns"
            " WHERE table_schema = %s AND table_name = 'klines'",
            (database.name,),
        )
        columns = {name: (kind, key) for name, kind, key in cursor.fetchall()}
    assert {name for name, (_, key) in columns.items() if key == "PRI"} == {"series_id", "open_time"}
    assert columns["open_time"][0] == "bigint"
    assert {columns[name][0] for name in ("open", "high", "low", "close", "volume")} == {"decimal"}


def test_rule_02_only_more_final_data_wins_and_every_change_of_a_closed_bar_is_recorded() -> None:
    klines = MemoryKlineStore()
    klines.register(INFO, BTC.interval)

    def write(price: str, finality: Finality, source: Source, now: int) -> str:
        table = klines_from_rows([row(FIRST, price=price)])
        klines.write(BTC, table, finality=finality, source=source, now=now)
        found = klines.read(BTC, 0, FOREVER).to_pylist()
        return f"{found[0]['close'].normalize():f} {found[0]['finality']}" if found else ""

    assert write("1", Finality.RUNNING, Source.STREAM, 1) == ""
    assert write("2", Finality.CLOSED, Source.STREAM, 2) == "2 closed"
    assert write("3", Finality.RUNNING, Source.STREAM, 3) == "2 closed"
    assert write("4", Finality.CONFIRMED, Source.REST, 4) == "4 confirmed"
    assert write("5", Finality.CLOSED, Source.STREAM, 5) == "4 confirmed"
    assert write("4", Finality.CONFIRMED, Source.REST, 6) == "4 confirmed"
    assert write("6", Finality.CONFIRMED, Source.REST, 7) == "6 confirmed"
    [revision] = klines.revisions(BTC)
    assert (revision.old["close"], (revision.new or {})["close"]) == ("4", "6")
    assert (revision.source, revision.detected_at) == (Source.REST, 7)


async def test_rule_03_the_pager_goes_on_from_the_last_open_time_and_ends_at_an_empty_page_asked_for_twice(
    connect: Open,
) -> None:
    script = ScriptedExchange(hours(6), FIRST + 9 * HOUR)
    exchange = await connect(script)
    script.script(rows(hours(2)), rows([]))  # a short page, then an empty one that is not true
    pages = [page async for page in Pager(exchange, Patience(2)).pages(BTC, FIRST, FIRST + 8 * HOUR)]
    assert [page.num_rows for page in pages] == [2, 4]
    starts = [(int(asked["startTime"]) - FIRST) / HOUR for asked in script.asked]
    step = 1 / HOUR
    assert starts == pytest.approx([0, 1 + step, 1 + step, 5 + step, 5 + step], abs=step / 10)
    assert {asked["limit"] for asked in script.asked} == {"1000"}


async def test_rule_03_rows_of_the_past_are_dropped_and_disorder_is_a_loud_failure(connect: Open) -> None:
    script = ScriptedExchange(hours(6), FIRST + 9 * HOUR)
    pager = Pager(await connect(script), Patience(1))
    script.script(rows(hours(4)))
    page = await pager.page(BTC, FIRST + 2 * HOUR, FIRST + 5 * HOUR)
    assert page.column("open_time").to_pylist() == [FIRST + 2 * HOUR, FIRST + 3 * HOUR]
    script.script(rows([row(FIRST + HOUR), row(FIRST)]))
    with pytest.raises(ExchangeUnavailable, match="not after the row before it"):
        await pager.page(BTC, FIRST, FIRST + 5 * HOUR)


@pytest.mark.parametrize(
    ("interval", "opens_at", "next_opens_at"),
    [
        ("3d", "2017-08-17", "2017-08-20"),
        ("3d", "2021-09-04", "2021-09-07"),
        ("1w", "2024-01-01", "2024-01-08"),
        ("1M", "2024-02-01", "2024-03-01"),
        ("1M", "2023-12-01", "2024-01-01"),
    ],
)
def test_rule_04_the_ends_of_bars_come_from_the_calendar(
    interval: str, opens_at: str, next_opens_at: str
) -> None:
    start, end = parse_time(opens_at, 0), parse_time(next_opens_at, 0)
    chosen = Interval(interval)
    assert {chosen.floor(at) for at in (start, start + DAY + 1, end - 1)} == {start}
    assert (chosen.close_time(start), chosen.next_open(start)) == (end - 1, end)


@pytest.mark.parametrize(("after_close_ms", "bars"), [(3_000, [0]), (3_001, [0, 1])])
async def test_rule_05_a_bar_is_final_three_seconds_after_its_close_by_the_exchange_s_clock(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper, after_close_ms: int, bars: list[int]
) -> None:
    close = FIRST + 2 * HOUR - 1  # a time of 2015: nobody's local clock
    exchange = await connect(ScriptedExchange(hours(3), close + after_close_ms))
    await populate(exchange, keeper, want("BTCUSDT", "1h", "3 hours ago"))
    assert opens(klines) == bars


async def test_rule_05_a_clock_that_runs_ahead_of_the_exchange_makes_no_bar_final(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = ScriptedExchange(hours(4), FIRST + 3 * HOUR + 60_000)  # the fourth bar is running
    klines.register(INFO, BTC.interval)
    wall = [0.0]
    clock = SampledClock(lambda: wall[0])
    clock.observe(script.now + HOUR)
    wall[0] = 2.0
    follower = Follower(BTC, await connect(script), keeper, clock, SeriesCounters())
    task = asyncio.create_task(follower.run())
    async with asyncio.timeout(60):
        while not opens(klines):
            await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait([task])
    assert opens(klines)[-1] == 2


async def test_rule_06_a_bar_of_the_stream_is_provisional_until_rest_confirms_it_and_differences_are_counted(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = ScriptedExchange(hours(3), FIRST + 3 * HOUR + 5_000)
    follower = follow(await connect(script), keeper, script.now)
    klines.register(INFO, BTC.interval)
    [said] = klines_to_rows(klines_from_rows([row(FIRST + 2 * HOUR, price="99.5")]))
    assert follower.heard(said)
    klines.write_closed([(BTC, said)], now=script.now)
    assert klines.read(BTC, 0, FOREVER).column("finality").to_pylist() == ["closed"]
    await confirmed(follower)
    newest = klines.read(BTC, 0, FOREVER, limit=1, newest=True).to_pylist()[0]
    assert (newest["close"], newest["finality"], newest["source"]) == (100, "confirmed", "rest")
    assert follower.counters.differences == 1
    assert klines.revisions(BTC) == []  # it had never been more than provisional


async def test_rule_07_every_reading_overlaps_what_is_confirmed_before_the_series_is_live(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = ScriptedExchange(hours(20), FIRST + 10 * HOUR + 5_000)
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "10 hours ago"))
    script.now, script.asked = FIRST + 15 * HOUR + 5_000, []
    follower = follow(exchange, keeper, script.now)
    assert not follower.caught_up.is_set()
    await confirmed(follower)
    assert opens(klines)[-6:] == list(range(9, 15))
    assert int(script.asked[0]["startTime"]) == FIRST + 7 * HOUR  # two bars before the newest confirmed one
    follower.catch_up()
    assert not follower.caught_up.is_set()
    script.asked = []
    await confirmed(follower)
    assert int(script.asked[0]["startTime"]) == FIRST + 12 * HOUR


async def test_rule_08_what_is_covered_is_known_with_its_source_and_a_hole_has_a_reason_and_is_never_filled(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    exchange = await connect(ScriptedExchange(hours(10, 4, 5), FIRST + 10 * HOUR + 5_000))
    await populate(exchange, keeper, want("BTCUSDT", "1h", "13 hours ago"))
    assert klines.coverage(BTC) == [Covered(FIRST - 2 * HOUR, FIRST + 9 * HOUR + 1, Source.REST)]
    listed, outage = klines.holes(BTC)
    assert (listed.start, listed.bars, listed.reason) == (FIRST - 2 * HOUR, 2, HoleReason.BEFORE_LISTING)
    assert (outage.start, outage.bars, outage.reason) == (FIRST + 4 * HOUR, 2, HoleReason.OUTAGE)
    assert "asked twice, empty both times" in outage.evidence
    assert opens(klines) == [0, 1, 2, 3, 6, 7, 8, 9]

"""History that changed on the exchange is found, kept as a revision and reported; all of it, over time."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from ingest.finding import Finding
from ingest.keeper import Keeper
from ingest.patience import Patience
from ingest.recheck import ROUND, Rechecker, listed_spans, next_part
from ingest.verify import verify_series
from market.coverage import Covered, Hole, HoleReason
from market.errors import ExchangeUnavailable
from market.interval import DAY, Interval, Series
from market.kline import Finality, Source, klines_from_rows
from market.ports import Recheck, SymbolInfo
from market.store.memory import MemoryKlineStore
from market.store.memory_health import MemoryHealthStore
from tests.ingest.conftest import Open, populate, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row, rows, text

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")
H1, M1 = Interval("1h"), Interval("1m")
Run = Callable[..., Awaitable[list[Finding]]]


class World:
    """A market of `hours` candles that is on record as a whole, and the words to change it."""

    def __init__(
        self, exchange: Any, script: ScriptedExchange, keeper: Keeper, klines: MemoryKlineStore
    ) -> None:
        self.exchange, self.script, self.keeper, self.klines = exchange, script, keeper, klines
        self.health = MemoryHealthStore(klines)

    async def recheck(self, days: float = 3, *, keep: bool = True) -> list[Finding]:
        rechecker = Rechecker(self.exchange, self.keeper, self.health, Patience(3), days=days, keep=keep)
        return await rechecker.run(BTC, self.script.now)

    def change(self, hour: int, price: str) -> None:
        at = next(i for i, bar in enumerate(self.script.bars) if bar[0] == FIRST + hour * HOUR)
        self.script.bars[at] = row(FIRST + hour * HOUR, price=price)

    def remove(self, *hours: int) -> None:
        gone = {FIRST + hour * HOUR for hour in hours}
        self.script.bars = [bar for bar in self.script.bars if bar[0] not in gone]

    def revised(self) -> list[tuple[int, bool]]:
        return [((each.open_time - FIRST) // HOUR, each.new is None) for each in self.klines.revisions(BTC)]

    def assert_sound(self) -> None:
        """The invariants after every run."""
        found = verify_series(self.klines, BTC, self.script.now)
        assert [each for each in found if not each.note] == []


@pytest.fixture
def market(connect: Open, keeper: Keeper, klines: MemoryKlineStore) -> Callable[[int], Awaitable[World]]:
    async def recorded(hours: int) -> World:
        script = ScriptedExchange([row(FIRST + i * HOUR) for i in range(hours)], FIRST + hours * HOUR + 5_000)
        exchange = await connect(script)
        await populate(exchange, keeper, want("BTCUSDT", "1h", f"{hours} hours ago"))
        return World(exchange, script, keeper, klines)

    return recorded


async def test_a_history_that_did_not_change_is_left_alone(market: Any) -> None:
    world = await market(100)
    lines = world.klines.changes.head()
    assert await world.recheck() == []
    assert (world.revised(), world.klines.changes.head()) == ([], lines)


async def test_a_changed_a_withdrawn_and_an_added_candle_become_what_the_exchange_says(market: Any) -> None:
    world = await market(100)
    world.remove(80)
    await world.recheck()
    world.script.bars.insert(80, row(FIRST + 80 * HOUR, price="90"))
    world.change(70, "101")
    world.remove(75)
    found = [each.detail.partition(": ")[2] for each in await world.recheck()]
    assert found == [
        "the exchange changed open 100.00000000000000 to 101.00000000000000,"
        " high 100.00000000000000 to 101.00000000000000, low 100.00000000000000 to 101.00000000000000,"
        " close 100.00000000000000 to 101.00000000000000",
        "the exchange no longer has this candle",
        "the exchange has a candle that is not stored",
    ]
    assert world.revised() == [(80, True), (70, False), (75, True), (80, False)]
    assert [(hole.bars, hole.reason) for hole in world.klines.holes(BTC)] == [(1, HoleReason.OUTAGE)]
    world.assert_sound()
    assert await world.recheck() == []


async def test_a_dry_run_tells_the_same_and_keeps_nothing(market: Any) -> None:
    world = await market(100)
    world.change(70, "101")
    world.change(2, "102")
    assert len(await world.recheck(keep=False)) == 2
    assert (world.revised(), world.health.recheck(BTC)) == ([], None)
    assert len(await world.recheck()) == 2
    assert world.revised() == [(2, False), (70, False)]


async def test_runs_on_end_go_over_the_whole_history(market: Any) -> None:
    world = await market(12_000)
    for hour in (10, 4_990, 5_100, 11_000):
        world.change(hour, "101")
    seen = []
    for _ in range(4):
        await world.recheck(days=1)
        progress = world.health.recheck(BTC)
        assert progress
        seen.append((sorted(hour for hour, _ in world.revised()), progress.rounds))
    assert seen == [
        ([10, 4_990], 0),
        ([10, 4_990, 5_100], 0),
        ([10, 4_990, 5_100, 11_000], 1),
        ([10, 4_990, 5_100, 11_000], 1),
    ]


async def test_a_candle_that_one_answer_left_out_is_not_withdrawn(market: Any) -> None:
    world = await market(50)
    short = [bar for bar in world.script.bars if bar[0] != FIRST + 20 * HOUR]
    world.script.script(rows(short), rows([]))
    assert await world.recheck() == []
    assert world.revised() == []


async def test_an_exchange_that_has_nothing_left_withdraws_nothing(market: Any) -> None:
    world = await market(50)
    world.script.bars = []
    [finding] = await world.recheck()
    assert "no candle of it any more" in finding.detail
    assert world.klines.series()[0].rows == 49


async def test_an_exchange_that_lost_a_whole_stretch_withdraws_nothing_of_it(market: Any) -> None:
    world = await market(6_000)
    world.remove(*range(5_929, 6_000))
    [finding] = await world.recheck()
    assert "none of 71 candles is left on the exchange" in finding.detail
    assert (world.klines.series()[0].rows, world.revised()) == (5_999, [])


async def test_what_an_exchange_no_longer_serves_because_it_is_old_stays(market: Any) -> None:
    world = await market(50)
    world.remove(*range(30))
    assert await world.recheck() == []
    assert (world.klines.series()[0].rows, world.revised()) == (49, [])


async def test_answers_that_never_agree_are_an_error_of_the_exchange(market: Any) -> None:
    world = await market(50)
    bars = world.script.bars
    for _ in range(3):
        without = [[bar for bar in bars if bar[0] != FIRST + hour * HOUR] for hour in (20, 21)]
        world.script.script(*(rows(part) for each in without for part in (each, [])))
    with pytest.raises(ExchangeUnavailable, match="do not agree"):
        await world.recheck()
    assert world.revised() == []


async def test_a_conflict_names_the_archive_and_rest_wins(market: Any) -> None:
    world = await market(50)
    world.klines.write(
        BTC,
        klines_from_rows([row(FIRST, price="99")]),
        finality=Finality.CONFIRMED,
        source=Source.ARCHIVE,
        now=1,
        covered=(FIRST, FIRST + HOUR),
    )
    [finding] = await world.recheck()
    assert "(stored from archive)" in finding.detail
    assert world.klines.read(BTC, FIRST, FIRST + HOUR).column("source").to_pylist() == ["rest"]


async def test_a_symbol_that_is_not_listed_any_more_is_a_note(market: Any) -> None:
    world = await market(50)
    gone = world.klines.register(SymbolInfo("simulated", "GONE", "G", "USDT", "BREAK"), H1)
    world.klines.write(
        gone,
        klines_from_rows([row(FIRST)]),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=1,
        covered=(FIRST, FIRST + HOUR),
    )
    rechecker = Rechecker(world.exchange, world.keeper, world.health, Patience(2))
    [finding] = await rechecker.run(gone, world.script.now)
    assert (finding.note, "not read again" in finding.detail) == (True, True)


async def test_a_run_is_due_once_a_day_of_market_time_and_after_a_jump_back(market: Any) -> None:
    world = await market(50)
    rechecker = Rechecker(world.exchange, world.keeper, world.health, Patience(2))
    now = world.script.now
    assert await rechecker.due(BTC, now)
    await rechecker.run(BTC, now)
    assert world.health.recheck(BTC) == Recheck(0, 0, now)
    due = [await rechecker.due(BTC, now + later) for later in (0, DAY - 1, DAY, -1)]
    assert due == [False, False, True, True]


async def test_a_run_that_was_cut_short_is_due_again_and_goes_on_where_it_was(market: Any) -> None:
    world = await market(6_000)
    bars = world.script.bars
    first, pages = rows(bars[:1]), [rows(bars[at : at + 1000]) for at in range(1, 5_000, 1_000)]
    world.script.script(first, first, *pages, *[text("<html>", 502, kind="text/html")] * 3)
    with pytest.raises(ExchangeUnavailable):
        await world.recheck()
    rechecker = Rechecker(world.exchange, world.keeper, world.health, Patience(2))
    assert await rechecker.due(BTC, world.script.now)
    progress = world.health.recheck(BTC)
    assert progress
    assert (progress.next_time > FIRST + 4_900 * HOUR, progress.checked_at) == (True, 0)


def test_only_what_is_covered_and_listed_is_read_again() -> None:
    covered = [Covered(0, 10), Covered(5, 20, Source.ARCHIVE), Covered(30, 60)]
    holes = [
        Hole(0, 4, 1, HoleReason.BEFORE_LISTING, "x"),
        Hole(12, 14, 1, HoleReason.OUTAGE, "x"),
        Hole(50, 60, 1, HoleReason.AFTER_DELISTING, "x"),
    ]
    assert listed_spans(covered, holes, 100) == [(4, 20), (30, 50)]
    assert listed_spans([], holes, 100) == []


def test_a_long_history_is_read_again_in_a_month_of_runs() -> None:
    minutes = 5 * 365 * 1440
    spans, start, runs = [(0, minutes * 60_000)], 0, 0
    whole = False
    while not whole:
        todo, whole = next_part(M1, spans, start)
        start, runs = todo[-1][1] + 1, runs + 1
    assert runs <= ROUND
    assert start == minutes * 60_000

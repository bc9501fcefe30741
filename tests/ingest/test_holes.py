"""Every missing bar has a reason with evidence, and keeps it when it is looked at again."""

from contextlib import closing
from pathlib import Path

import pytest

from ingest.keeper import Keeper
from ingest.outages import Outage, known_outages, named, outage_of
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.reading import Reading
from ingest.reasons import kept
from ingest.settling import settle_holes
from ingest.times import parse_time
from market.coverage import Hole, HoleReason
from market.interval import Interval, Series
from market.kline import Finality, Source, empty_klines, klines_from_rows
from market.store.memory import MemoryKlineStore
from tests.ingest.conftest import Open, populate, populate_from, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row
from tests.simulator_fixture import start_simulator

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")
REAL = Series.of("binance", "BTCUSDT", "1h")
H1, M1 = Interval("1h"), Interval("1m")


def at(text: str) -> int:
    return parse_time(text, 0)


def shape(holes: list[Hole]) -> list[tuple[str, int, int, int]]:
    return [(str(h.reason), (h.start - FIRST) // HOUR, (h.end - FIRST) // HOUR, h.bars) for h in holes]


def market_of(bars: int, hours: int, *, without: range = range(0)) -> ScriptedExchange:
    """A market that begins at `FIRST` and has lasted `hours`; its last candle is number `bars`."""
    rows = [row(FIRST + i * HOUR) for i in range(bars) if i not in without]
    return ScriptedExchange(rows, FIRST + hours * HOUR + 5_000)


async def test_what_lies_after_the_last_bar_of_a_delisted_market_says_so(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = market_of(50, 80, without=range(20, 23))
    script.status = "BREAK"
    [report] = await populate(await connect(script), keeper, want("BTCUSDT", "1h", "80 hours ago"))
    assert shape(report.holes) == [("outage", 20, 23, 3), ("after_delisting", 50, 80, 30)]
    assert "status BREAK at market time" in report.holes[1].evidence
    assert "the last bar ever opens at 2015-08-" in report.holes[1].evidence
    assert klines.holes(BTC) == report.holes


async def test_a_tail_that_grows_over_windows_and_runs_stays_one_hole_after_delisting(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    script = market_of(50, 12_000)
    script.status = "BREAK"
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "12000 hours ago"))
    script.now += 7 * HOUR
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "12000 hours ago"))
    assert shape(report.holes) == [("after_delisting", 50, 12_007, 11_957)]


async def test_the_end_of_a_chosen_range_is_not_the_end_of_the_market(connect: Open, keeper: Keeper) -> None:
    script = market_of(50, 80, without=range(20, 25))
    script.status = "BREAK"
    exchange = await connect(script)
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "80 hours ago", "57 hours ago"))
    assert shape(report.holes) == [("outage", 20, 24, 4)]


class HealedBetween(MemoryKlineStore):
    """Somebody else stores the missing candles right after the holes were looked up."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[int] = []

    def holes(self, series: Series) -> list[Hole]:
        found = super().holes(series)
        for hour in self.late:
            self.confirm(series, [hour])
        self.late.clear()
        return found

    def confirm(self, series: Series, hours: list[int], holes: tuple[Hole, ...] = ()) -> None:
        bars = [row(FIRST + hour * HOUR) for hour in hours]
        covered = FIRST + hours[0] * HOUR, FIRST + (hours[-1] + 1) * HOUR
        self.write(
            series,
            klines_from_rows(bars),
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=FIRST,
            covered=covered,
            holes=holes,
        )


async def test_a_candle_that_comes_while_its_hole_is_explained_stays(connect: Open) -> None:
    store, exchange = HealedBetween(), await connect(market_of(10, 10))
    info = await exchange.symbol("BTCUSDT")
    series = store.register(info, H1)
    missing = [(FIRST + at * HOUR, FIRST + (at + 1) * HOUR) for at in (4, 5)]
    parts = (Hole(a, b, 1, HoleReason.OUTAGE, f"asked at {a}") for a, b in missing)
    store.confirm(series, [0, 1, 2, 3, 6, 7], tuple(parts))
    store.late = [4]
    with closing(Keeper(store, Patience(1))) as keeper:
        holes = await settle_holes(Pager(exchange, Patience(1)), keeper, series, info, FIRST + 10 * HOUR)
    assert shape(holes) == [("outage", 5, 6, 1)]
    assert store.holes(series) == holes
    assert (store.read(series, FIRST, FIRST + 10 * HOUR).num_rows, store.revisions(series)) == (7, [])


async def test_a_halted_market_is_not_gone(connect: Open, keeper: Keeper) -> None:
    script = market_of(50, 60)
    script.status = "HALT"
    [report] = await populate(await connect(script), keeper, want("BTCUSDT", "1h", "60 hours ago"))
    assert shape(report.holes) == [("outage", 50, 60, 10)]


async def test_a_market_that_is_back_was_only_away(connect: Open, keeper: Keeper) -> None:
    script = market_of(50, 60)
    script.status = "BREAK"
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "60 hours ago"))
    script.status, script.now = "TRADING", script.now + 2 * HOUR
    script.bars += [row(FIRST + i * HOUR) for i in (60, 61)]
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "62 hours ago"))
    assert shape(report.holes) == [("outage", 50, 60, 10)]
    assert "; status TRADING at market time" in report.holes[0].evidence


async def test_a_reading_that_finds_the_same_bars_missing_keeps_their_reason(
    klines: MemoryKlineStore, keeper: Keeper, connect: Open
) -> None:
    script = market_of(50, 60)
    script.status = "BREAK"
    await populate(await connect(script), keeper, want("BTCUSDT", "1h", "60 hours ago"))
    again = Hole(FIRST + 49 * HOUR, FIRST + 64 * HOUR, 15, HoleReason.OUTAGE, "asked twice")
    await keeper.confirm(BTC, Reading(again.start, again.end - 1, empty_klines(), [again]), 1)
    assert shape(klines.holes(BTC)) == [("outage", 49, 50, 1), ("after_delisting", 50, 64, 14)]
    later = Hole(FIRST + 60 * HOUR, FIRST + 70 * HOUR, 10, HoleReason.OUTAGE, "asked twice")
    await keeper.confirm(BTC, Reading(later.start, later.end - 1, empty_klines(), [later]), 1)
    assert {each.reason for each in klines.holes(BTC)[1:]} == {HoleReason.AFTER_DELISTING}


def test_a_bar_after_delisting_ends_it() -> None:
    gone = Hole(FIRST, FIRST + 9 * HOUR, 9, HoleReason.AFTER_DELISTING, "BREAK")
    hole = Hole(FIRST, FIRST + 3 * HOUR, 3, HoleReason.OUTAGE, "asked twice")
    back = Reading(FIRST, FIRST + 4 * HOUR, klines_from_rows([row(FIRST + 3 * HOUR)]), [hole])
    assert kept(back, [gone], H1) == back


def test_the_table_names_34_outages_two_of_them_disputed() -> None:
    table = known_outages("binance")
    assert len(table) == 34
    assert sorted(table, key=lambda each: each.start) == list(table)
    assert all(each.start < each.end for each in table)
    assert sum(each.disputed for each in table) == 2
    assert known_outages("simulated") == ()


@pytest.mark.parametrize(
    ("start", "end", "interval", "inside"),
    [
        ("2023-03-24T12:40", "2023-03-24T14:00", M1, True),
        ("2023-03-24T12:41", "2023-03-24T13:59", M1, True),
        ("2023-03-24T12:39", "2023-03-24T14:00", M1, False),
        ("2023-03-24T12:00", "2023-03-24T14:00", H1, True),
        ("2018-02-08T00:28", "2018-02-08T00:29", M1, True),
        ("2023-03-25T12:40", "2023-03-25T14:00", M1, False),
    ],
)
def test_a_hole_belongs_to_an_outage_when_every_bar_of_it_touches_it(
    start: str, end: str, interval: Interval, inside: bool
) -> None:
    hole = Hole(at(start), at(end), interval.count(at(start), at(end)), HoleReason.OUTAGE, "asked twice")
    series = Series("binance", "ETHUSDT", interval)
    assert (outage_of(series, hole) is not None) is inside
    assert ("; known outage 20" in named(series, hole).evidence) is inside


def test_naming_twice_or_after_a_join_leaves_one_name_or_none() -> None:
    hole = Hole(at("2023-03-24T12:00"), at("2023-03-24T14:00"), 2, HoleReason.OUTAGE, "asked twice")
    once = named(REAL, hole)
    assert named(REAL, once) == once
    longer = Hole(hole.start, hole.end + 5 * HOUR, 7, HoleReason.OUTAGE, once.evidence)
    assert named(REAL, longer).evidence == "asked twice"


def test_a_coarse_bar_is_never_expected_to_be_missing() -> None:
    first, end = Outage(at("2023-03-24T12:40"), at("2023-03-24T14:00")).expected(Interval("1d"))
    assert first >= end


@pytest.mark.recorded
async def test_every_hole_of_the_real_history_lies_in_a_known_outage(
    recorded: Path, tmp_path: Path, keeper: Keeper
) -> None:
    with start_simulator(tmp_path, OPA_SOURCE=f"folder:{recorded / 'klines'}") as simulator:
        [report] = await populate_from(simulator, keeper, want("BTCUSDT", "1h", "2017-08-17 04:00"))
    unnamed = [hole for hole in report.holes if outage_of(REAL, hole) is None]
    assert (len(report.holes), unnamed) == (27, [])

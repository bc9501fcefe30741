"""The contract of every kline store."""

from decimal import Decimal
from itertools import islice

import pyarrow.compute as pc
import pytest

from market.coverage import Covered, Hole, HoleReason
from market.errors import InvalidInput
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Source, empty_klines, klines_from_rows
from market.ports import Change, SymbolInfo, WriteResult
from tests.contracts.candles import page, prices
from tests.contracts.conftest import MarketStores
from tests.contracts.writing import write

FOREVER = 1 << 45
START = 1_700_000_000_000


def test_rows_come_back_exactly_as_they_were_written(stores: MarketStores) -> None:
    series = stores.series()
    table = klines_from_rows(
        [
            [0, "0.00000000000001", "9999999999999999.99999999999999", "0.00000000000001", "1", "0",
             HOUR - 1, "99999999999999999999.999999999999", 9_000_000_000, "0", "0.000000000001"],
        ]
    )  # fmt: skip
    stores.klines.write(series, table, finality=Finality.CONFIRMED, source=Source.ARCHIVE, now=1)
    back = stores.klines.read(series, 0, FOREVER)
    assert back.drop(["source", "finality"]).equals(table)
    assert back.select(["source", "finality"]).to_pylist() == [{"source": "archive", "finality": "confirmed"}]


def test_every_readable_row_says_where_it_comes_from_and_how_sure_it_is(stores: MarketStores) -> None:
    series = stores.series()
    assert stores.klines.read_origins(series, 0, FOREVER).num_rows == 0
    write(stores.klines, series, {0: "1", 1: "2"}, source=Source.ARCHIVE)
    write(stores.klines, series, {2: "3"}, finality=Finality.CLOSED, source=Source.STREAM)
    write(stores.klines, series, {3: "4"}, finality=Finality.RUNNING, source=Source.STREAM)
    assert stores.klines.read_origins(series, HOUR, FOREVER).to_pylist() == [
        {"open_time": HOUR, "source": "archive", "finality": "confirmed"},
        {"open_time": 2 * HOUR, "source": "stream", "finality": "closed"},
    ]


def test_an_interval_in_minutes_is_not_the_one_in_months(stores: MarketStores) -> None:
    minutes, months = stores.series(interval="1m"), stores.series(interval="1M")
    write(stores.klines, minutes, {1: "5"})
    assert stores.klines.read(months, 0, FOREVER).num_rows == 0


def test_writing_a_page_again_changes_nothing_and_says_nothing(stores: MarketStores) -> None:
    series = stores.series()
    first = write(stores.klines, series, {0: "1", 1: "2"}, covered=(0, 2))
    head = stores.changes.head()
    assert first == WriteResult(inserted=2)
    assert write(stores.klines, series, {0: "1", 1: "2"}, covered=(0, 2)) == WriteResult(unchanged=2)
    assert stores.changes.head() == head


def test_a_write_leaves_one_line_for_rows_and_one_for_coverage(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {2: "1", 4: "2"}, covered=(0, 9))
    lines = stores.changes.read(0)
    assert lines == [
        Change(1, "klines", "binance/BTCUSDT/1h", 2 * HOUR, 4 * HOUR),
        Change(2, "quality", "binance/BTCUSDT/1h", 0, 9 * HOUR - 1),
    ]


def test_a_changed_confirmed_candle_becomes_a_revision(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {0: "1.50", 1: "2"}, covered=(0, 2))
    assert write(stores.klines, series, {0: "1.5", 1: "2.25"}, covered=(0, 2)) == WriteResult(
        changed=1, unchanged=1
    )
    (revision,) = stores.klines.revisions(series)
    assert (revision.open_time, revision.old["close"], revision.detected_at) == (HOUR, "2", 99)
    assert revision.new is not None
    assert revision.new["close"] == "2.25"
    assert prices(stores.klines.read(series, 0, FOREVER)) == {0: "1.5", 1: "2.25"}


def test_a_candle_that_the_exchange_removed_is_withdrawn_and_kept_on_record(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {0: "1", 1: "2", 2: "3"}, covered=(0, 3))
    assert write(stores.klines, series, {0: "1"}, covered=(0, 2)) == WriteResult(withdrawn=1, unchanged=1)
    assert prices(stores.klines.read(series, 0, FOREVER)) == {0: "1", 2: "3"}
    assert prices(stores.klines.read_floats(series, 0, FOREVER).cast(page({}).schema)) == {0: "1", 2: "3"}
    assert [(each.open_time, each.new) for each in stores.klines.revisions(series)] == [(HOUR, None)]
    assert stores.changes.read(2)[0] == Change(3, "klines", str(series), HOUR, HOUR)


def test_a_withdrawn_candle_that_the_exchange_shows_again_is_readable_again(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {0: "1"}, covered=(0, 1))
    write(stores.klines, series, {}, covered=(0, 1))
    write(stores.klines, series, {0: "1"}, finality=Finality.CLOSED, source=Source.STREAM)
    assert prices(stores.klines.read(series, 0, FOREVER)) == {}
    assert write(stores.klines, series, {0: "1"}, covered=(0, 1)).changed == 1
    assert prices(stores.klines.read(series, 0, FOREVER)) == {0: "1"}
    assert len(stores.klines.revisions(series)) == 2
    assert len(stores.klines.revisions(series, 0, 1)) == 2
    assert stores.klines.revisions(series, 1) == []


def test_a_less_final_row_never_replaces_a_more_final_one(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {0: "1"}, finality=Finality.RUNNING, source=Source.STREAM)
    assert stores.klines.read(series, 0, FOREVER).num_rows == 0
    write(stores.klines, series, {0: "2"}, finality=Finality.CLOSED, source=Source.STREAM)
    assert stores.klines.read(series, 0, FOREVER).column("finality").to_pylist() == ["closed"]
    assert stores.klines.last_confirmed(series) is None
    write(stores.klines, series, {0: "3"})
    for finality in (Finality.RUNNING, Finality.CLOSED):
        late = write(stores.klines, series, {0: "9"}, finality=finality, source=Source.STREAM)
        assert late == WriteResult(unchanged=1)
    assert prices(stores.klines.read(series, 0, FOREVER)) == {0: "3"}
    assert stores.klines.revisions(series) == []
    assert stores.klines.last_confirmed(series) == 0


def test_coverage_of_neighbouring_pages_is_one_range(stores: MarketStores) -> None:
    series = stores.series()
    for start in (0, 4, 2):
        write(stores.klines, series, {start: "1", start + 1: "1"}, covered=(start, start + 2))
    write(stores.klines, series, {9: "1"}, covered=(9, 10), source=Source.ARCHIVE)
    assert stores.klines.coverage(series) == [
        Covered(0, 6 * HOUR, Source.REST),
        Covered(9 * HOUR, 10 * HOUR, Source.ARCHIVE),
    ]


def test_holes_inside_the_covered_range_are_replaced(stores: MarketStores) -> None:
    series = stores.series()
    hole = Hole(HOUR, 3 * HOUR, 2, HoleReason.OUTAGE, "asked twice, empty")
    write(stores.klines, series, {0: "1", 3: "2"}, covered=(0, 4), holes=(hole,))
    assert stores.klines.holes(series) == [hole]
    (status,) = stores.klines.series()
    assert (status.rows, status.holes, status.missing_bars) == (2, 1, 2)
    healed = Hole(2 * HOUR, 3 * HOUR, 1, HoleReason.OUTAGE)
    write(stores.klines, series, {0: "1", 1: "5", 3: "2"}, covered=(0, 4), holes=(healed,))
    assert stores.klines.holes(series) == [healed]
    assert [line.stream for line in stores.changes.read(2)] == ["klines", "quality"]


def test_an_empty_confirmed_range_is_remembered_too(stores: MarketStores) -> None:
    series = stores.series()
    hole = Hole(0, 5 * HOUR, 5, HoleReason.BEFORE_LISTING)
    assert write(stores.klines, series, {}, covered=(0, 5), holes=(hole,)) == WriteResult()
    assert stores.klines.coverage(series) == [Covered(0, 5 * HOUR)]
    assert [line.stream for line in stores.changes.read(0)] == ["quality"]


def test_nothing_to_write_is_nothing(stores: MarketStores) -> None:
    assert write(stores.klines, stores.series(), {}) == WriteResult()
    assert stores.changes.head() == 0


@pytest.mark.parametrize(
    ("finality", "covered", "holes"),
    [
        (Finality.WITHDRAWN, None, ()),
        (Finality.CLOSED, (0, 1), ()),
        (Finality.CONFIRMED, None, (Hole(0, HOUR, 1, HoleReason.UNKNOWN),)),
        (Finality.CONFIRMED, (2, 1), ()),
    ],
)
def test_a_contradictory_write_is_refused(
    stores: MarketStores, finality: Finality, covered: tuple[int, int] | None, holes: tuple[Hole, ...]
) -> None:
    with pytest.raises(InvalidInput):
        write(stores.klines, stores.series(), {0: "1"}, finality=finality, covered=covered, holes=holes)
    assert stores.changes.head() == 0


def test_an_unregistered_series_is_refused(stores: MarketStores) -> None:
    with pytest.raises(InvalidInput, match="binance/NOPE/1h is not in the store"):
        stores.klines.read(Series.of("binance", "NOPE", "1h"), 0, 1)


def test_a_limited_read_takes_the_oldest_or_the_newest(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, dict.fromkeys(range(10), "1"))
    assert list(prices(stores.klines.read(series, 2 * HOUR, 8 * HOUR, limit=3))) == [2, 3, 4]
    assert list(prices(stores.klines.read(series, 2 * HOUR, 8 * HOUR, limit=3, newest=True))) == [5, 6, 7]
    assert stores.klines.read(series, 0, FOREVER, limit=0).num_rows == 0


def test_floats_are_the_nearest_to_the_exact_values_of_confirmed_rows(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {0: "4261.48000001"})
    write(stores.klines, series, {1: "7"}, finality=Finality.CLOSED, source=Source.STREAM)
    floats = stores.klines.read_floats(series, 0, FOREVER)
    assert floats.column("close").to_pylist() == [float(Decimal("4261.48000001"))]
    assert floats.column("trades").to_pylist() == [7]


def test_registering_again_refreshes_the_symbol_and_keeps_the_rows(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {0: "1"})
    stores.klines.register(
        SymbolInfo("binance", "BTCUSDT", "BTC", "USDT", "BREAK", ("trades", "volume")), Interval("1h")
    )
    (status,) = stores.klines.series()
    assert (status.info.status, status.info.derived) == ("BREAK", ("trades", "volume"))
    assert (status.rows, status.first_open, status.last_open) == (1, 0, 0)


def test_an_empty_table_with_its_schema_is_welcome(stores: MarketStores) -> None:
    result = stores.klines.write(
        stores.series(), empty_klines(), finality=Finality.CONFIRMED, source=Source.FILE, now=1
    )
    assert result == WriteResult()


def test_floats_are_read_of_some_columns_alone(stores: MarketStores) -> None:
    series = stores.series()
    write(stores.klines, series, {0: "1", 1: "2.5"})
    write(stores.klines, series, {2: "3"}, finality=Finality.CLOSED, source=Source.STREAM)
    whole = stores.klines.read_floats(series, 0, FOREVER)
    for names in (["open_time", "close"], ["close", "open"]):
        assert stores.klines.read_floats(series, 0, FOREVER, names).equals(whole.select(names))
    assert stores.klines.read_floats(series, 0, 0, ["open"]).column_names == ["open"]


@pytest.mark.parametrize("interval", ["1h", "1M"])
def test_the_rows_beside_some_times_are_found_across_holes(stores: MarketStores, interval: str) -> None:
    series = stores.series(interval=interval)
    step = series.interval
    grid = list(islice(step.opens(START, FOREVER), 12))
    places = {i: str(i + 1) for i in (1, 2, 5, 6, 7, 10)}
    rows = [
        [grid[i], *[text] * 4, "1", step.close_time(grid[i]), "1", 1, "1", "1"] for i, text in places.items()
    ]
    stores.klines.write(
        series, klines_from_rows(rows), finality=Finality.CONFIRMED, source=Source.REST, now=1
    )
    whole = stores.klines.read_floats(series, 0, FOREVER)

    def beside(*times: int) -> list[int]:
        found = stores.klines.beside(series, times)
        assert found.equals(whole.filter(pc.is_in(whole["open_time"], found["open_time"].combine_chunks())))
        return [grid.index(time) for time in found["open_time"].to_pylist()]

    assert beside() == []
    assert beside(grid[1]) == beside(grid[2] - 1) == [1, 2]
    assert beside(grid[3]) == beside(grid[2]) == beside(grid[5] - 1) == [2, 5]
    assert beside(grid[0]) == beside(0) == [1]
    assert beside(grid[11]) == beside(grid[10]) == [10]
    assert beside(grid[6], grid[8], grid[6] + 1) == [6, 7, 10]

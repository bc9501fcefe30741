"""The contract of every archive store: files beside what REST and streams left."""

from decimal import Decimal

import pyarrow as pa
import pytest

from market.coverage import Covered, Hole, HoleReason
from market.errors import InvalidInput
from market.interval import HOUR, Series
from market.kline import Finality, Source, empty_klines
from market.ports import FileRows, ImportedFile, WriteResult
from tests.contracts.candles import candle, page, prices
from tests.contracts.conftest import MarketStores

FOREVER = 1 << 45
FIRST, SECOND = "a" * 64, "b" * 64


def file_rows(bars: dict[int, str], sha256: str = FIRST, holes: tuple[Hole, ...] = ()) -> FileRows:
    """A file of ten hours; its lines have a twelfth field, as the archive's have."""
    lines = [",".join(str(cell) for cell in (*candle(bar, price), 0)) for bar, price in sorted(bars.items())]
    file = ImportedFile("BTCUSDT-1h-1970-01.zip", sha256, 0, 10 * HOUR)
    return FileRows(file, page(bars), "".join(f"{line}\n" for line in lines).encode(), holes)


def rest(stores: MarketStores, series: Series, bars: dict[int, str], covered: tuple[int, int]) -> None:
    stores.klines.write(
        series,
        page(bars),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=5,
        covered=(covered[0] * HOUR, covered[1] * HOUR),
    )


def rows(stores: MarketStores, series: Series) -> pa.Table:
    return stores.klines.read(series, 0, FOREVER)


def test_a_file_brings_rows_coverage_holes_and_its_name_at_once(stores: MarketStores) -> None:
    series = stores.series()
    hole = Hole(2 * HOUR, 3 * HOUR, 1, HoleReason.OUTAGE, "not in the file, not by REST")
    bars = {bar: f"{bar + 1}.25" for bar in range(10) if bar != 2}
    file = file_rows(bars, holes=(hole,))
    assert stores.archive.import_file(series, file, now=77) == WriteResult(inserted=9)
    stored = rows(stores, series)
    assert stored.drop(["source", "finality"]).equals(file.klines)
    assert set(stored.column("source").to_pylist()) == {"archive"}
    assert set(stored.column("finality").to_pylist()) == {"confirmed"}
    assert stores.klines.coverage(series) == [Covered(0, 10 * HOUR, Source.ARCHIVE)]
    assert stores.klines.holes(series) == [hole]
    assert stores.archive.imported(series) == [
        ImportedFile("BTCUSDT-1h-1970-01.zip", FIRST, 0, 10 * HOUR, imported_at=77)
    ]
    lines = [(each.stream, each.from_time, each.to_time) for each in stores.changes.read(0)]
    assert lines == [("klines", 0, 9 * HOUR), ("quality", 0, 10 * HOUR - 1)]


def test_the_largest_values_come_back_exactly(stores: MarketStores) -> None:
    series = stores.series()
    row = candle(0)
    row[2], row[5] = "9999999999999999.99999999999999", "99999999999999999999.999999999999"
    text = ",".join(map(str, row))
    table = page({0: "100.5"})
    table = table.set_column(2, "high", pa.array([Decimal(str(row[2]))], table.schema.field(2).type))
    table = table.set_column(5, "volume", pa.array([Decimal(str(row[5]))], table.schema.field(5).type))
    file = ImportedFile("f.zip", FIRST, 0, HOUR)
    stores.archive.import_file(series, FileRows(file, table, f"{text},0\n".encode()), now=1)
    assert rows(stores, series).drop(["source", "finality"]).equals(table)


def test_a_file_without_rows_covers_its_period(stores: MarketStores) -> None:
    series = stores.series()
    file = ImportedFile("f.zip", FIRST, 0, HOUR)
    assert stores.archive.import_file(series, FileRows(file, empty_klines(), b""), now=1) == WriteResult()
    assert stores.klines.coverage(series) == [Covered(0, HOUR, Source.ARCHIVE)]


def test_the_same_file_again_changes_nothing_and_says_nothing(stores: MarketStores) -> None:
    series = stores.series()
    file = file_rows(dict.fromkeys(range(10), "5"))
    stores.archive.import_file(series, file, now=1)
    head = stores.changes.head()
    assert stores.archive.import_file(series, file, now=2) == WriteResult(unchanged=10)
    assert stores.changes.head() == head


def test_every_change_of_a_revised_file_is_a_revision(stores: MarketStores) -> None:
    series = stores.series()
    stores.archive.import_file(series, file_rows({0: "1", 1: "2", 2: "3"}), now=1)
    revised = file_rows({0: "1", 1: "2.5", 3: "4"}, SECOND)
    assert stores.archive.import_file(series, revised, now=2) == WriteResult(1, 1, 1, 1)
    assert prices(rows(stores, series)) == {0: "1", 1: "2.5", 3: "4"}
    changed, withdrawn = stores.klines.revisions(series)
    assert (changed.open_time, changed.old["close"], (changed.new or {})["close"]) == (HOUR, "2", "2.5")
    assert (withdrawn.open_time, withdrawn.new, withdrawn.source) == (2 * HOUR, None, Source.ARCHIVE)
    assert [file.sha256 for file in stores.archive.imported(series)] == [SECOND]


def test_what_rest_confirmed_stays_and_is_counted(stores: MarketStores) -> None:
    series = stores.series()
    rest(stores, series, {0: "1", 1: "2", 2: "3"}, covered=(0, 3))
    file = file_rows({0: "1", 1: "2.5", 5: "6"})
    assert stores.archive.import_file(series, file, now=2) == WriteResult(inserted=1, unchanged=1, kept=2)
    assert prices(rows(stores, series)) == {0: "1", 1: "2", 2: "3", 5: "6"}
    assert stores.klines.revisions(series) == []


def test_what_rest_withdrew_stays_withdrawn(stores: MarketStores) -> None:
    series = stores.series()
    stores.archive.import_file(series, file_rows({0: "1", 1: "2"}), now=1)
    rest(stores, series, {0: "1"}, covered=(0, 2))
    again = stores.archive.import_file(series, file_rows({0: "1", 1: "2"}, SECOND), now=2)
    assert again == WriteResult(unchanged=1, kept=1)
    assert prices(rows(stores, series)) == {0: "1"}


def test_what_a_stream_called_closed_gives_way_to_the_file(stores: MarketStores) -> None:
    series = stores.series()
    stores.klines.write(series, page({0: "1"}), finality=Finality.CLOSED, source=Source.STREAM, now=1)
    assert stores.archive.import_file(series, file_rows({0: "2"}), now=2) == WriteResult(changed=1)
    assert prices(rows(stores, series)) == {0: "2"}
    assert stores.klines.revisions(series) == []


def test_rest_may_correct_what_the_archive_said(stores: MarketStores) -> None:
    series = stores.series()
    stores.archive.import_file(series, file_rows({0: "1", 1: "2"}), now=1)
    rest(stores, series, {0: "1.5"}, covered=(0, 2))
    assert prices(rows(stores, series)) == {0: "1.5"}
    assert [each.source for each in stores.klines.revisions(series)] == [Source.REST, Source.REST]


def test_files_of_an_unknown_series_are_refused(stores: MarketStores) -> None:
    with pytest.raises(InvalidInput, match="not in the store"):
        stores.archive.imported(Series.of("binance", "NOSUCH", "1h"))
    with pytest.raises(InvalidInput, match="not in the store"):
        stores.archive.import_file(Series.of("binance", "NOSUCH", "1h"), file_rows({0: "1"}), now=1)


def test_a_bar_that_rest_confirmed_as_it_was_outlives_a_file_that_lacks_it(stores: MarketStores) -> None:
    series = stores.series()
    stores.archive.import_file(series, file_rows({0: "1", 1: "2", 2: "3"}), now=5)
    said = stores.changes.head()
    rest(stores, series, {1: "2"}, covered=(1, 2))
    assert rows(stores, series).column("source").to_pylist() == ["archive", "rest", "archive"]
    assert [each.stream for each in stores.changes.read(said)] == ["klines", "quality"]
    result = stores.archive.import_file(series, file_rows({0: "1", 2: "3"}, SECOND), now=6)
    assert result == WriteResult(unchanged=2, kept=1)
    assert prices(rows(stores, series)) == {0: "1", 1: "2", 2: "3"}
    assert stores.klines.revisions(series) == []


def test_what_rest_withdrew_stays_a_hole_though_a_file_has_it(stores: MarketStores) -> None:
    series = stores.series()
    rest(stores, series, dict.fromkeys(range(10), "1"), covered=(0, 10))
    hole = Hole(2 * HOUR, 5 * HOUR, 3, HoleReason.OUTAGE, "asked twice, empty both times")
    stores.klines.write(
        series,
        page(dict.fromkeys((0, 1, 5, 6, 7, 8, 9), "1")),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=6,
        covered=(0, 10 * HOUR),
        holes=[hole],
    )
    stores.archive.import_file(series, file_rows(dict.fromkeys(range(10), "1")), now=7)
    assert stores.klines.holes(series) == [hole]
    assert rows(stores, series).num_rows == 7

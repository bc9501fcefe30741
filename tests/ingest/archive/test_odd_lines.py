"""Twenty classes of odd line or file, and some more: none of them is stored wrongly.

One file of a day of hours; the odd thing is in its sixth line (bar 5) unless it is about the file.
"""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from ingest.archive.parse import Parsed, parse
from ingest.archive.unzip import text_bound, unzip
from ingest.gaps import gaps
from market.errors import InvalidMarketData
from market.interval import HOUR, Interval
from market.kline import KLINE_SCHEMA
from market.ports import FileRows, ImportedFile, SymbolInfo
from market.store import Database, MySQLArchiveStore, MySQLKlineStore, StoreSettings
from tests.ingest.archive.files import DAY, START, line, lines, text, zipped

ODD = 5
EVERY = list(range(24))
OTHERS = [bar for bar in EVERY if bar != ODD]
HEADER = (
    "open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,"
    "taker_buy_quote_volume,ignore"
)


def changed(field: int, value: str) -> str:
    """The odd bar's line with another value in one field."""
    fields = line(ODD).split(",")
    fields[field] = value
    return ",".join(fields)


def in_place(odd: str) -> bytes:
    rows = lines()
    rows[ODD] = odd
    return text(rows)


@dataclass(frozen=True)
class Odd:
    """The text of a file, the bars that are stored of it, and why which line is not."""

    content: bytes
    stored: list[int]
    rejected: list[tuple[int, str]]
    zip_is_cut: bool = False


def put_aside(odd: str, reason: str) -> Odd:
    return Odd(in_place(odd), OTHERS, [(ODD + 1, reason)])


def extra(odd: str, reason: str) -> Odd:
    """The odd line stands between good ones, so that no bar is missing."""
    rows = lines()
    return Odd(text([*rows[: ODD + 1], odd, *rows[ODD + 1 :]]), EVERY, [(ODD + 2, reason)])


CLASSES = {
    "text": put_aside(changed(4, "abc"), "close 'abc' is no plain number"),
    "empty": put_aside(changed(4, ""), "close is empty"),
    "overflow": put_aside(changed(2, "10000000000000000.5"), "high '10000000000000000.5' is too large"),
    "extra decimals": put_aside(
        changed(4, "100.123456789012345"), "close '100.123456789012345' has more than 14 decimals"
    ),
    "fraction in integer": put_aside(changed(8, "7.5"), "trades '7.5' is no whole number"),
    "short": put_aside(",".join(line(ODD).split(",")[:9]), "9 fields instead of 12"),
    "long": put_aside(line(ODD) + ",0", "13 fields instead of 12"),
    "header": Odd(text([HEADER, *lines()]), EVERY, []),
    "header between rows": extra(HEADER, "a header between the rows"),
    "duplicate": extra(line(ODD), "the same as line 6"),
    "duplicate that differs": Odd(
        text([*lines()[: ODD + 1], line(ODD, close="102"), *lines()[ODD + 1 :]]),
        OTHERS,
        [(6, "it disagrees with line 7 about one bar"), (7, "it disagrees with line 6 about one bar")],
    ),
    "NaN": put_aside(changed(4, "NaN"), "close 'NaN' is no plain number"),
    "inf": put_aside(changed(2, "inf"), "high 'inf' is no plain number"),
    "NULL": put_aside(changed(4, "\\N"), "close '\\\\N' is no plain number"),
    "quoted": put_aside(changed(4, '"101.5"'), "quoted fields"),
    "BOM": Odd(b"\xef\xbb\xbf" + text(lines()), EVERY, []),
    "CRLF": Odd(text(lines(), "\r\n"), EVERY, []),
    "blank": extra("", "a blank line"),
    "microseconds": Odd(text([line(bar, unit=1000) for bar in EVERY]), EVERY, []),
    "wrong day": put_aside(line(24), "it opens outside BTCUSDT-1h-2024-01-01.zip"),
    "truncated zip": Odd(text(lines()), [], [], zip_is_cut=True),
    "gap": Odd(text([line(bar) for bar in OTHERS]), OTHERS, []),
    "exponent": put_aside(changed(4, "1e2"), "close '1e2' is no plain number"),
    "negative": put_aside(changed(5, "-1.5"), "volume '-1.5' is no plain number"),
    "padded": put_aside(changed(4, " 101.5"), "close ' 101.5' is no plain number"),
    "high below low": put_aside(changed(2, "99"), "high below open or close"),
    "close before open": put_aside(changed(6, str(START)), "close time before its open time"),
    "another interval": put_aside(
        changed(6, str(START + ODD * HOUR + 60_000 - 1)), "it is as long as a bar of another interval than 1h"
    ),
    "disorder": Odd(
        text([*lines()[:ODD], line(6), line(ODD), *lines()[7:]]),
        OTHERS,
        [(7, "it opens before the line before it")],
    ),
}


def opens(parsed: Parsed) -> list[int]:
    return [(time - START) // HOUR for time in parsed.klines.column("open_time").to_pylist()]


def opened(odd: Odd) -> Parsed:
    """The way of a file from its zip to rows."""
    body = zipped(odd.content)
    body = body[: len(body) // 2] if odd.zip_is_cut else body
    return parse(unzip(body, "BTCUSDT-1h-2024-01-01.csv", text_bound(24)), DAY)


@pytest.mark.parametrize("name", CLASSES)
def test_no_odd_line_is_stored_wrongly(name: str) -> None:
    odd = CLASSES[name]
    if odd.zip_is_cut:
        with pytest.raises(InvalidMarketData, match=r"^zip: it cannot be read"):
            opened(odd)
        return
    parsed = opened(odd)
    assert [(each.line, each.reason) for each in parsed.rejected] == odd.rejected
    assert parsed.klines.equals(parse(text(lines()), DAY).klines.take(odd.stored))
    assert parse(parsed.lines, DAY).klines.equals(parsed.klines)
    rows = parsed.lines.decode().splitlines()
    assert [row.split(",")[0] for row in rows] == [str(START + bar * HOUR) for bar in odd.stored]
    missing = gaps(parsed.klines, DAY.series.interval, DAY.start, DAY.last_open)
    assert [gap.start for gap in missing] == [START + b * HOUR for b in EVERY if b not in odd.stored]


@pytest.mark.database
def test_the_database_holds_exactly_the_good_rows_of_every_class(database: StoreSettings) -> None:
    db = Database(database, "ingest")
    klines, files = MySQLKlineStore(db), MySQLArchiveStore(db)
    whole = parse(text(lines()), DAY).klines
    for name, odd in CLASSES.items():
        if odd.zip_is_cut:
            continue
        parsed = opened(odd)
        series = klines.register(SymbolInfo("simulated", name, "A", "B", "TRADING"), Interval("1h"))
        file = ImportedFile(DAY.name, "0" * 64, DAY.start, DAY.end)
        result = files.import_file(series, FileRows(file, parsed.klines, parsed.lines), now=1)
        stored = klines.read(series, 0, 1 << 53).drop_columns(["source", "finality"])
        assert (name, result.inserted) == (name, len(odd.stored))
        assert stored.equals(whole.take(odd.stored)), name


def test_a_zip_may_be_cut_anywhere() -> None:
    whole = zipped(text(lines()))
    for cut in (len(whole) // 2, len(whole) - 30, 10, 0):
        with pytest.raises(InvalidMarketData, match=r"^zip: "):
            unzip(whole[:cut], "BTCUSDT-1h-2024-01-01.csv", text_bound(24))


def test_the_line_that_was_put_aside_is_kept_as_it_was() -> None:
    odd = in_place(line(24, unit=1000))
    [rejected] = parse(odd, DAY).rejected
    assert rejected.raw == line(24, unit=1000)


def test_nine_decimals_are_stored_and_not_rounded() -> None:
    parsed = parse(in_place(changed(4, "100.123456789")), DAY)
    assert parsed.rejected == []
    assert parsed.klines.column("close")[ODD].as_py() == Decimal("100.123456789")


def test_a_bar_off_the_grid_and_of_odd_length_is_kept() -> None:
    fields = line(ODD).split(",")
    fields[0], fields[6] = str(START + ODD * HOUR + 20_799), str(START + ODD * HOUR + 1_000_000)
    parsed = parse(in_place(",".join(fields)), DAY)
    assert parsed.rejected == []
    assert parsed.klines.column("open_time")[ODD].as_py() == START + ODD * HOUR + 20_799


def test_both_units_may_stand_in_one_file() -> None:
    parsed = parse(in_place(line(ODD, unit=1000)), DAY)
    assert opens(parsed) == EVERY
    assert parsed.klines.equals(parse(text(lines()), DAY).klines)


def test_a_microsecond_that_is_no_whole_millisecond_is_put_aside() -> None:
    fields = line(ODD, unit=1000).split(",")
    parsed = parse(in_place(",".join([f"{int(fields[0]) + 1}", *fields[1:]])), DAY)
    assert [each.reason for each in parsed.rejected] == ["its open time is no whole millisecond"]
    assert opens(parsed) == OTHERS


@pytest.mark.parametrize("content", [b"", HEADER.encode(), b"<html>no such file</html>\n", b"\x00\xff\n" * 9])
def test_a_file_without_any_row_is_put_aside_as_a_whole(content: bytes) -> None:
    with pytest.raises(InvalidMarketData, match="not one line is a row"):
        parse(content, DAY)


def test_the_last_line_needs_no_end() -> None:
    parsed = parse(text(lines()).removesuffix(b"\n"), DAY)
    assert opens(parsed) == EVERY
    assert parsed.klines.schema == KLINE_SCHEMA

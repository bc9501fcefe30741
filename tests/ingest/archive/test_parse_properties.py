"""Whatever a file says, what is stored is what a line says; checked against a plain reading of each line."""

import re
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.archive.parse import parse
from market.errors import InvalidMarketData
from market.interval import HOUR
from market.kline import KLINE_SCHEMA
from tests.ingest.archive.files import DAY, START, lines, text
from tests.ingest.archive.test_odd_lines import HEADER

Row = tuple[object, ...]
BOM = b"\xef\xbb\xbf"
PRICES = st.integers(1, 10**30 - 1).map(lambda number: Decimal(f"{number}E-14"))
AMOUNTS = st.integers(0, 10**32 - 1).map(lambda number: Decimal(f"{number}E-12"))


@st.composite
def candles(draw: st.DrawFn) -> Row:
    """The values of a bar but for its times; up to the largest that the record holds."""
    low, first, second, high = sorted(draw(st.tuples(PRICES, PRICES, PRICES, PRICES)))
    opened, closed = draw(st.permutations([first, second]))
    volume, quote, taker, taker_quote = draw(st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS))
    trades = draw(st.integers(0, 10**18 - 1))
    return opened, high, low, closed, volume, quote, trades, taker, taker_quote


def written(bar: int, values: Row, unit: int) -> str:
    opened, high, low, closed, volume, quote, trades, taker, taker_quote = values
    at = START + bar * HOUR
    end = (at + HOUR) * unit - 1
    cells = (at * unit, opened, high, low, closed, volume, end, quote, trades, taker, taker_quote, 0)
    return ",".join(f"{cell:f}" if isinstance(cell, Decimal) else str(cell) for cell in cells)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.integers(0, 23), candles(), min_size=1, max_size=24),
    st.sampled_from([1, 1000]),
    st.sampled_from([b"", BOM]),
    st.booleans(),
    st.sampled_from(["\n", "\r\n"]),
)
def test_every_value_survives_exactly_in_any_form_of_file(
    bars: dict[int, Row], unit: int, mark: bytes, header: bool, end: str
) -> None:
    rows = [written(bar, values, unit) for bar, values in sorted(bars.items())]
    parsed = parse(mark + text([*([HEADER] if header else []), *rows], end), DAY)
    assert parsed.rejected == []
    expected = [written(bar, values, 1) for bar, values in sorted(bars.items())]
    assert [plain(row) for row in expected] == [tuple(row.values()) for row in parsed.klines.to_pylist()]
    assert [plain(row) for row in expected] == [plain(row) for row in parsed.lines.decode().splitlines()]


def plain(line: str) -> Row | None:
    """One line as a row, None where it is none; without any of the code under test."""
    fields = line.split(",")
    if len(fields) != 12 or not all(re.fullmatch(r"\d+(\.\d*)?|\.\d+", each, re.ASCII) for each in fields):
        return None
    values: list[object] = []
    for name, field in zip(KLINE_SCHEMA.names, fields, strict=False):
        if name in ("open_time", "close_time", "trades"):
            if "." in field:
                return None
            number = int(field)
            values.append(number // 1000 if name != "trades" and number >= 10**14 else number)
        else:
            values.append(Decimal(field))
    return tuple(values)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3_000), st.integers(0, 3), st.binary(max_size=3)), min_size=1, max_size=6
    )
)
def test_a_damaged_file_never_stores_what_no_line_says(damages: list[tuple[int, int, bytes]]) -> None:
    content = text(lines())
    for at, removed, added in damages:
        content = content[:at] + added + content[at + removed :]
    try:
        parsed = parse(content, DAY)
    except InvalidMarketData:
        return
    said = {plain(line) for line in content.removeprefix(BOM).decode("utf-8", "replace").split("\n")}
    said |= {plain(line.removesuffix("\r")) for line in content.decode("utf-8", "replace").split("\n")}
    stored = [tuple(row.values()) for row in parsed.klines.to_pylist()]
    assert set(stored) <= said
    assert [plain(line) for line in parsed.lines.decode().splitlines()] == stored
    ends = content.replace(b"\r\n", b"\n").removesuffix(b"\n").count(b"\n") + 1
    assert len(stored) + len(parsed.rejected) == ends

"""Lines that are made in columns say what the documents say, whatever the candles hold."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, cast

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from es_loader.body import MOST_BYTES, MOST_OPERATIONS, Body
from es_loader.bulk import Bulk
from es_loader.ndjson import kline_bodies
from market.documents.klines import STREAM, kline_documents
from market.documents.numbers import doubles, json_numbers
from market.interval import DAY, HOUR, Series
from market.kline import PRICE, STORED_SCHEMA, VOLUME, Source
from tests.es_loader.world import SERIES, START

NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8)
PRICES = st.decimals("0.00000000000001", "9999999999999999", places=14, allow_nan=False)
VOLUMES = st.decimals("0", "99999999999999999999", places=12, allow_nan=False) | st.just(Decimal(0))
ODD_PRICES = st.sampled_from(
    [Decimal(text) for text in ("1E-8", "1E-14", "0.1", "184467.5", "93000.01", "3")]
)


@st.composite
def rows(draw: st.DrawFn) -> pa.Table:
    """A few candles, some of them in the next year."""
    times = sorted(draw(st.sets(st.integers(START + 360 * DAY, START + 370 * DAY), min_size=1, max_size=6)))
    columns: dict[str, list[Any]] = {field.name: [] for field in STORED_SCHEMA}
    for time in times:
        row = {
            "open_time": time,
            "close_time": time + HOUR - 1,
            "trades": draw(st.integers(0, 1 << 62)),
            "source": draw(st.sampled_from([each.value for each in Source])),
            "finality": "confirmed",
        }
        for name in columns:
            kind = STORED_SCHEMA.field(name).type
            value = row.get(name, draw(PRICES | ODD_PRICES if kind == PRICE else VOLUMES))
            columns[name].append(value)
    arrays = [pa.array(columns[field.name], field.type) for field in STORED_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=STORED_SCHEMA)


def told(bodies: list[Body]) -> list[tuple[str, str, dict[str, Any]]]:
    lines = b"".join(body.text for body in bodies).splitlines()
    heads = [orjson.loads(line)["index"] for line in lines[::2]]
    return [
        (head["_index"], head["_id"], orjson.loads(body))
        for head, body in zip(heads, lines[1::2], strict=True)
    ]


@given(rows(), NAMES, NAMES)
def test_lines_are_the_documents_whatever_the_values(table: pa.Table, exchange: str, symbol: str) -> None:
    series = Series.of(exchange, symbol, "1h")
    expected = [
        (STREAM.index(each.partition, 3), each.id, each.body) for each in kline_documents(series, table)
    ]
    assert told(list(kline_bodies(series, table, 3))) == expected


def test_a_value_that_is_missing_is_null() -> None:
    table = _one(volume=None, source=None)
    ((_, _, body),) = told(list(kline_bodies(SERIES, table, 1)))
    assert (body["kline"]["volume"], body["kline"]["source"]) == (None, None)


@given(st.lists(st.none() | PRICES | ODD_PRICES | PRICES.map(lambda value: -value), max_size=9))
def test_a_double_is_the_one_nearest_to_its_decimal(values: list[Decimal | None]) -> None:
    column = pa.chunked_array([pa.array(values, PRICE)])
    expected = [None if value is None else float(value) for value in values]
    assert doubles(column).to_pylist() == expected
    assert doubles(column.slice(1)).to_pylist() == expected[1:]
    read_back = [text and orjson.loads(text) for text in json_numbers(column).to_pylist()]
    assert read_back == expected


@pytest.mark.parametrize("text", ["0.00000001", "43210.01", "53957248.97", "98765432.12345678", "0"])
def test_a_usual_number_takes_the_quick_way_to_the_same_double(text: str) -> None:
    column = pa.chunked_array([pa.array([Decimal(text)] * 3, VOLUME)])
    assert doubles(column).to_pylist() == [float(text)] * 3
    assert [float(number) for number in json_numbers(column).to_pylist()] == [float(text)] * 3


def test_a_body_is_cut_between_operations_and_tells_each_again() -> None:
    count = MOST_OPERATIONS + 1
    table = pa.concat_tables([_one(open_time=START + at * 1_000) for at in range(count)])
    (body,) = kline_bodies(SERIES, table, 1)
    pieces = list(body.pieces())
    assert [len(piece) for piece in pieces] == [MOST_OPERATIONS, 1]
    assert all(len(piece.text) <= MOST_BYTES for piece in pieces)
    assert b"".join(piece.text for piece in pieces) == body.text
    sent = pieces[1].sent(0)
    assert (sent.kind, sent.target) == ("index", "opa-klines-1h-2024-g1")
    assert sent.document == orjson.loads(body.lines(count - 1).splitlines()[1])
    assert body.only([2, 0]).text == body.lines(2) + body.lines(0)


def _one(**changed: object) -> pa.Table:
    row: dict[str, object] = {
        **dict.fromkeys(("open", "high", "low", "close"), Decimal("10.5")),
        **dict.fromkeys(("volume", "quote_volume", "taker_base_volume", "taker_quote_volume"), Decimal(1)),
        "open_time": START,
        "close_time": START + HOUR - 1,
        "trades": 1,
        "source": "rest",
        "finality": "confirmed",
        **changed,
    }
    return pa.Table.from_pylist([row], schema=STORED_SCHEMA)


def test_bodies_are_read_one_ahead_and_no_further_while_elasticsearch_is_slow() -> None:
    read: list[int] = []
    working, answered = threading.Event(), threading.Event()

    class Slow:
        def bulk(self, **_: object) -> dict[str, bool]:
            working.set()
            answered.wait(60)
            return {"errors": False}

    def endless() -> Iterator[Body]:
        for at in range(50):
            read.append(at)
            yield Body.of([b"{}\n"])

    bulk = Bulk(cast("Any", Slow()), lambda _: None)
    sending = threading.Thread(target=bulk.send, args=(endless(),), daemon=True)
    sending.start()
    assert working.wait(60)
    assert len(read) <= 3
    answered.set()
    sending.join(60)
    assert len(read) == 50

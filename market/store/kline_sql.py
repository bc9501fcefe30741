"""Klines between Arrow and SQL: every value travels as exact text in columns, never as a Python object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from market.errors import StoreRefused
from market.interval import END_OF_TIME, Series
from market.kline import KLINE_SCHEMA, STORED_SCHEMA, Finality

# What the feature matrix is made from: floats begin here.
FLOAT_SCHEMA: Final = pa.schema(
    [(each.name, pa.int64() if pa.types.is_integer(each.type) else pa.float64()) for each in KLINE_SCHEMA]
)
# Where a row comes from and how sure it is.
ORIGIN_SCHEMA: Final = pa.schema([STORED_SCHEMA.field(name) for name in ("open_time", "source", "finality")])
READABLE: Final = (Finality.CLOSED, Finality.CONFIRMED)
_COLUMNS: Final = ", ".join(STORED_SCHEMA.names)
_CHUNK: Final = 20_000  # rows per read: 3 MB of text in flight
_SOUGHT: Final = 500  # open times in one statement: of a thousand MariaDB makes a table first
_EVER: Final = -(1 << 62)


_LOAD: Final = (
    "LOAD DATA LOCAL INFILE %s REPLACE INTO TABLE klines CHARACTER SET ascii FIELDS TERMINATED BY ','"
    f" ({_COLUMNS}) SET series_id = %s"
)
_LOAD_LINES: Final = (
    "LOAD DATA LOCAL INFILE %s REPLACE INTO TABLE klines CHARACTER SET ascii FIELDS TERMINATED BY ','"
    f" ({', '.join(KLINE_SCHEMA.names)}, @unused) SET series_id = %s, source = 'archive',"
    " finality = 'confirmed'"
)
_FROM: Final = "FROM klines WHERE series_id = %s AND open_time >= %s AND open_time < %s"


def save_rows(cursor: Any, spool: Path, series_id: int, rows: pa.Table, replaced: int) -> None:
    """Insert rows in `STORED_SCHEMA`; `replaced` of them take the place of a row with their open time.

    LOAD DATA is three times as fast as any INSERT of the same page (bench/write.py). It would rather store
    an altered value than complain, so the values were made to fit before, and its counts are checked after.
    """
    if rows.num_rows == 0:
        return
    text = [pc.cast(column, pa.string()) for column in rows.columns]
    lines = pc.binary_join_element_wise(*text, ",").to_pylist()
    _load(cursor, _LOAD, series_id, (spool, ("\n".join(lines) + "\n").encode()), (rows.num_rows, replaced))


def save_lines(cursor: Any, spool: Path, series_id: int, lines: bytes, rows: int) -> None:
    """Insert `rows` lines of an archive file where nothing is stored: `1514764800000,13715.65,...,0`"""
    if lines:
        _load(cursor, _LOAD_LINES, series_id, (spool, lines), (rows, 0))


def _load(
    cursor: Any, statement: str, series_id: int, what: tuple[Path, bytes], counts: tuple[int, int]
) -> None:
    rows, replaced = counts
    with _spooled(*what) as path:
        cursor.execute(statement, (path, series_id))
    if cursor.rowcount != rows + replaced or cursor.warning_count:
        raise StoreRefused(
            f"the database stored {cursor.rowcount - replaced} of {rows} rows with"
            f" {cursor.warning_count} warnings; nothing was kept: this is a bug, please report it"
        )


@contextmanager
def _spooled(folder: Path, lines: bytes) -> Iterator[str]:
    """A file with a line per row: `1502942400000,4261.48000000000000,...,rest,confirmed`"""
    try:
        with NamedTemporaryFile("wb", dir=folder) as file:
            file.write(lines)
            file.flush()
            yield file.name
    except OSError as error:
        raise StoreRefused(
            f"cannot write to {folder}: {error}; free some space there or set TMPDIR"
        ) from error


def select_rows(
    cursor: Any,
    series_id: int,
    span: tuple[int, int],
    finalities: Sequence[Finality] = tuple(Finality),
    *,
    limit: int | None = None,
    newest: bool = False,
    names: Sequence[str] = STORED_SCHEMA.names,
) -> Iterator[list[str]]:
    """Rows that open in `[start, end)` as lines for `parse_lines`, a chunk at a time.

    At most `limit` rows; oldest first, or newest first with `newest`. `names` begin with `open_time`.
    """
    start, end = span
    left = limit
    while left is None or left > 0:
        wanted = _CHUNK if left is None else min(left, _CHUNK)
        lines = _lines(cursor, (series_id, start, end), finalities, newest, wanted, names)
        if lines:
            yield lines
            start, end = (start, open_time(lines[-1])) if newest else (open_time(lines[-1]) + 1, end)
        if len(lines) < wanted:
            return
        left = None if left is None else left - len(lines)


def _lines(
    cursor: Any,
    where: tuple[int, int, int],
    finalities: Sequence[Finality],
    newest: bool,
    limit: int,
    names: Sequence[str],
) -> list[str]:
    marks = ", ".join(["%s"] * len(finalities))
    order = "DESC" if newest else "ASC"
    statement = (
        f"SELECT CONCAT_WS(',', {', '.join(names)}) {_FROM}"
        f" AND finality IN ({marks}) ORDER BY open_time {order} LIMIT %s"
    )
    cursor.execute(statement, (*where, *map(str, finalities), limit))
    return [line for (line,) in cursor.fetchall()]


def select_beside(cursor: Any, series: Series, series_id: int, times: Iterable[int]) -> list[str]:
    """Of each time the newest confirmed row at or before it and the first after it, as lines, oldest first.

    Mostly they are the two beside it on the grid, which are found many at a time; beside a hole, or the end
    of what is stored, they are looked for one by one.
    """
    grid = {time: (series.interval.floor(time), series.interval.next_open(time)) for time in set(times)}
    held = _at(cursor, series_id, sorted({each for pair in grid.values() for each in pair}))
    there = set(held)
    for time, (before, after) in grid.items():
        spans = [((_EVER, time + 1), True)] * (before not in there)
        spans += [((time + 1, END_OF_TIME), False)] * (after not in there)
        for span, newest in spans:
            found = select_rows(cursor, series_id, span, (Finality.CONFIRMED,), limit=1, newest=newest)
            held |= {open_time(line): line for lines in found for line in lines}
    return [held[time] for time in sorted(held)]


def _at(cursor: Any, series_id: int, times: Sequence[int]) -> dict[int, str]:
    """Confirmed rows that open at these times."""
    held: dict[int, str] = {}
    for first in range(0, len(times), _SOUGHT):
        sought = times[first : first + _SOUGHT]
        cursor.execute(
            f"SELECT CONCAT_WS(',', {_COLUMNS}) FROM klines WHERE series_id = %s AND finality = 'confirmed'"  # noqa: S608
            f" AND open_time IN ({', '.join(['%s'] * len(sought))})",
            (series_id, *sought),
        )
        held |= {open_time(line): line for (line,) in cursor.fetchall()}
    return held


def load_origins(cursor: Any, series_id: int, span: tuple[int, int]) -> pa.Table:
    """Readable rows that open in `[start, end)`, oldest first, in `ORIGIN_SCHEMA`."""
    cursor.execute(
        f"SELECT {', '.join(ORIGIN_SCHEMA.names)} FROM klines"  # noqa: S608 (our own column names)
        " WHERE series_id = %s AND open_time >= %s AND open_time < %s"
        " AND finality IN ('closed', 'confirmed') ORDER BY open_time",
        (series_id, *span),
    )
    rows = cursor.fetchall()
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.Table.from_arrays(
        [pa.array(values, each.type) for values, each in zip(columns, ORIGIN_SCHEMA, strict=True)],
        schema=ORIGIN_SCHEMA,
    )


def open_time(line: str) -> int:
    """The first field of a line."""
    return int(line.split(",", 1)[0])


def parse_lines(
    lines: list[str], schema: pa.Schema = STORED_SCHEMA, names: Sequence[str] = STORED_SCHEMA.names
) -> pa.Table:
    """Lines as the server writes them: `1502942400000,4261.48000000000000,...,rest,confirmed`"""
    return pyarrow.csv.read_csv(
        pa.py_buffer("\n".join(lines).encode()),
        read_options=pyarrow.csv.ReadOptions(column_names=names, use_threads=False),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=dict(zip(schema.names, schema.types, strict=True)), include_columns=schema.names
        ),
    )

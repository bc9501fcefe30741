"""Pages: rows behind a cursor, in the format and order that were asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pyarrow as pa
from fastapi import Request, Response

from api_historic.deps import SIMULATED, Period
from api_historic.formats import FORMATS, Format

# Reads rows of a period: `read(start, end, limit, newest)`, oldest first.
ReadRows = Callable[[int, int, int, bool], pa.Table]
CONTENT: Final[dict[str, dict[str, object]]] = {
    each.media_type.partition(";")[0]: {} for each in FORMATS.values()
}


def read_page(
    read: ReadRows, period: Period, limit: int, cursor: int | None, time_column: str
) -> tuple[pa.Table, int | None]:
    """At most `limit` rows in the period's order, and the cursor behind them unless they are the last."""
    left = period.after(cursor)
    if left.start >= left.end:
        return read(left.start, left.start, 1, False), None
    # One row more than asked for tells whether another page follows.
    rows = read(left.start, left.end, limit + 1, period.newest_first)
    more = rows.num_rows > limit
    if period.newest_first:
        rows = rows.take(pa.array(range(rows.num_rows - 1, -1, -1), pa.int64()))
    rows = rows.slice(0, limit)
    return rows, rows.column(time_column)[-1].as_py() if more else None


def answer_page(
    request: Request,
    form: Format,
    rows: pa.Table,
    rows_name: str,
    identity: dict[str, str],
    period: Period,
    cursor: int | None,
) -> Response:
    """The page as bytes, with `Link: rel="next"` and `X-Next-Cursor` for formats without an envelope."""
    head = {
        **identity,
        "simulated": identity["exchange"] == SIMULATED,
        "order": "desc" if period.newest_first else "asc",
        "count": rows.num_rows,
        "next_cursor": None if cursor is None else str(cursor),
    }
    headers = {"X-Simulated": str(head["simulated"]).lower(), "Vary": "Accept"}
    if cursor is not None:
        following = request.url.include_query_params(cursor=cursor)
        headers |= {"Link": f'<{following}>; rel="next"', "X-Next-Cursor": str(cursor)}
    return Response(form.encode(rows, head, rows_name), headers=headers, media_type=form.media_type)

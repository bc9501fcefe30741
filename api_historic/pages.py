"""Pages: rows behind a cursor, in the format and order that were asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
from fastapi import Request, Response

from api_historic.deps import Period
from api_historic.feeds import Feed
from api_historic.formats import Format
from api_historic.remembered import Touches, remembered
from api_historic.writers import Contents
from web.etags import Answer, answer_of


@dataclass(frozen=True, slots=True)
class Asked:
    """One page of a feed."""

    feed: Feed
    period: Period
    form: Format
    limit: int
    cursor: int | None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the period's order, the cursor behind them unless they are the last, what they depend on."""

    rows: pa.Table
    next_cursor: int | None
    touches: Touches


def read_page(asked: Asked) -> Page:
    """At most `limit` rows of what the cursor leaves of the period."""
    feed, left = asked.feed, asked.period.after(asked.cursor)
    if left.start >= left.end:
        nothing = feed.read(left.start, left.start, 1, False)
        return Page(nothing, None, Touches(feed.stream, feed.series, left.start, left.start))
    # One row more than asked for tells whether another page follows.
    rows = feed.read(left.start, left.end, asked.limit + 1, left.newest_first)
    if left.newest_first:
        rows = rows.take(pa.array(range(rows.num_rows - 1, -1, -1), pa.int64()))
    times = rows.column(feed.time)
    more = rows.num_rows > asked.limit
    start, end = left.start, left.end
    if more and left.newest_first:
        start = int(times[-1].as_py())
    elif more:
        end = int(times[-1].as_py()) + 1
    cursor = int(times[asked.limit - 1].as_py()) if more else None
    return Page(rows.slice(0, asked.limit), cursor, Touches(feed.stream, feed.series, start, end))


def answer_page(request: Request, asked: Asked) -> Response:
    """The page as bytes, or 304; remembered until one of its rows changes."""
    memory = remembered(request.app)
    before = memory.note(asked.feed.stream, asked.feed.series)
    page = read_page(asked)
    answer = _written(request, asked, page)
    memory.keep(request.scope, answer, page.touches, before)
    return answer.response(request.headers.get("if-none-match", ""))


def _written(request: Request, asked: Asked, page: Page) -> Answer:
    """With `Link: rel="next"` and `X-Next-Cursor` for formats without an envelope."""
    feed, cursor = asked.feed, page.next_cursor
    head = {
        **feed.head,
        "order": "desc" if asked.period.newest_first else "asc",
        "count": page.rows.num_rows,
        "next_cursor": None if cursor is None else str(cursor),
    }
    headers = {**feed.headers, "Vary": "Accept"}
    if cursor is not None:
        following = request.url.include_query_params(cursor=cursor)
        headers |= {"Link": f'<{following}>; rel="next"', "X-Next-Cursor": str(cursor)}
    body = asked.form.page(page.rows, Contents(head, feed.stream, feed.schema))
    return answer_of(body, asked.form.media_type, headers)

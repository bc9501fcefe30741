"""The newest rows and how old they are."""

from __future__ import annotations

from fastapi import Response

from api_historic.feeds import Feed
from api_historic.formats import JSON
from api_historic.writers import Contents
from market.interval import END_OF_TIME
from market.ports import Clock


def answer_newest(feed: Feed, time: str, clock: Clock, limit: int) -> Response:
    """At most `limit` rows, oldest first; the age is that of the newest row's `time`."""
    rows = feed.read(0, END_OF_TIME, limit, True)
    market_time = clock.now()
    age = market_time - int(rows.column(time)[-1].as_py()) if rows.num_rows else None
    head = {**feed.head, "market_time": market_time, "age_ms": age}
    body = JSON.page(rows, Contents(head, feed.stream, feed.schema))
    return Response(body, headers=feed.headers, media_type=JSON.media_type)

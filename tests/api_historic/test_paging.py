"""The pages of a period, joined, are the period: every row once, in the order asked for."""

import itertools

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st

from market.interval import HOUR
from tests.api_historic.conftest import BARS, START
from tests.api_historic.test_klines_route import OPENS

hours = st.integers(-3, BARS + 3)


@given(
    limit=st.integers(1, 60),
    first=hours,
    length=st.integers(1, BARS + 6),
    order=st.sampled_from(["asc", "desc"]),
)
@settings(max_examples=40, deadline=None)
def test_joined_pages_are_the_whole_period_in_both_orders(
    client: httpx.Client, limit: int, first: int, length: int, order: str
) -> None:
    start, end = START + first * HOUR, START + (first + length) * HOUR
    asked = {
        "symbol": "BTCUSDT",
        "interval": "1h",
        "start": start,
        "end": end,
        "limit": limit,
        "order": order,
    }
    pages: list[list[int]] = []
    cursor = None
    for _ in range(BARS + 2):
        body = client.get("/v1/klines", params=asked | ({"cursor": cursor} if cursor else {})).json()
        assert body["count"] == len(body["klines"]) <= limit
        pages.append([each["open_time"] for each in body["klines"]])
        cursor = body["next_cursor"]
        if cursor is None:
            break
    assert cursor is None
    expected = [at for at in OPENS if start <= at < end]
    assert list(itertools.chain(*pages)) == (expected[::-1] if order == "desc" else expected)
    assert all(len(page) == limit for page in pages[:-1])


@given(cursor=st.integers(0, START * 2), order=st.sampled_from(["asc", "desc"]))
@settings(max_examples=20, deadline=None)
def test_any_cursor_stays_inside_the_period(client: httpx.Client, cursor: int, order: str) -> None:
    asked = {
        "symbol": "BTCUSDT",
        "interval": "1h",
        "start": OPENS[5],
        "end": OPENS[9],
        "cursor": cursor,
        "order": order,
    }
    answer = client.get("/v1/klines", params=asked)
    assert answer.status_code == 200
    assert all(OPENS[5] <= each["open_time"] < OPENS[9] for each in answer.json()["klines"])

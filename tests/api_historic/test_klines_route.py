import csv
import io

import httpx
import pyarrow as pa
import pytest

from market.interval import HOUR
from market.kline import STORED_SCHEMA
from tests.api_historic.conftest import BARS, GAP, NOW, START

BTC = {"symbol": "BTCUSDT", "interval": "1h"}
OPENS = [at for at in range(START, START + BARS * HOUR, HOUR) if not GAP[0] <= at < GAP[1]]


def opens(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [each["open_time"] for each in answer.json()["klines"]]


def test_a_candle_is_answered_as_exact_text_without_trailing_zeros(client: httpx.Client) -> None:
    body = client.get("/v1/klines", params={**BTC, "limit": 1}).json()
    assert body == {
        "exchange": "binance",
        "symbol": "BTCUSDT",
        "interval": "1h",
        "simulated": False,
        "order": "asc",
        "count": 1,
        "next_cursor": str(START),
        "klines": [
            {
                "open_time": START,
                "open": "100.5",
                "high": "200",
                "low": "0.00000001",
                "close": "100.1",
                "volume": "0",
                "close_time": START + HOUR - 1,
                "quote_volume": "12.5",
                "trades": 7,
                "taker_base_volume": "3.000000000001",
                "taker_quote_volume": "4",
                "source": "archive",
                "finality": "confirmed",
            }
        ],
    }


def test_a_running_candle_is_never_answered(client: httpx.Client) -> None:
    assert opens(client.get("/v1/klines", params=BTC)) == OPENS


def test_desc_begins_with_the_newest(client: httpx.Client) -> None:
    answer = client.get("/v1/klines", params={**BTC, "order": "desc", "limit": 3})
    assert opens(answer) == OPENS[::-1][:3]
    assert answer.json()["next_cursor"] == str(OPENS[-3])


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (str(START + HOUR), str(START + 3 * HOUR)),
        ("2021-01-01T01:00:00Z", "2021-01-01T03:00:00Z"),
        ("2021-01-01T01:00:00", "2021-01-01T03:00"),
        ("2021-01-01T03:00:00+02:00", "2020-12-31T22:00:00-05:00"),
        ("2021-01-01T03:00:00 02:00", "2021-01-01T03:00:00.000Z"),
    ],
)
def test_times_are_milliseconds_or_iso_with_any_offset(client: httpx.Client, start: str, end: str) -> None:
    found = opens(client.get("/v1/klines", params={**BTC, "start": start, "end": end}))
    assert found == [START + HOUR, START + 2 * HOUR]


def test_the_end_is_excluded_and_a_date_is_its_midnight(client: httpx.Client) -> None:
    found = opens(
        client.get("/v1/klines", params={**BTC, "start": "2021-01-02", "end": "2021-01-02T01:00:00.001Z"})
    )
    assert found == [START + 24 * HOUR, START + 25 * HOUR]


def test_the_four_formats_hold_the_same_rows(client: httpx.Client) -> None:
    asked = {**BTC, "limit": 20, "order": "desc"}
    rows = client.get("/v1/klines", params=asked).json()["klines"]
    lines = client.get("/v1/klines", params={**asked, "format": "ndjson"}).text.splitlines()
    assert [httpx.Response(200, content=line).json() for line in lines] == rows
    table = csv.DictReader(io.StringIO(client.get("/v1/klines", params={**asked, "format": "csv"}).text))
    assert list(table) == [{name: str(value) for name, value in each.items()} for each in rows]
    arrow = pa.ipc.open_stream(
        client.get("/v1/klines", params={**asked, "format": "arrow"}).content
    ).read_all()
    assert arrow.schema.equals(STORED_SCHEMA)
    assert arrow.schema.metadata[b"simulated"] == b"False"
    exact = [
        {name: value if isinstance(value, int) else _plain(value) for name, value in each.items()}
        for each in arrow.to_pylist()
    ]
    assert exact == rows


def _plain(value: object) -> str:
    text = format(value, "f") if not isinstance(value, str) else value
    return text.rstrip("0").rstrip(".") if "." in text else text


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/vnd.apache.arrow.stream", "application/vnd.apache.arrow.stream"),
        ("text/html, application/xml;q=0.9, */*;q=0.1", "application/json"),
        ("application/json;q=0.2, text/csv;q=0.8", "text/csv; charset=utf-8"),
    ],
)
def test_the_accept_header_chooses_the_format(client: httpx.Client, accept: str, media_type: str) -> None:
    answer = client.get("/v1/klines", params=BTC, headers={"Accept": accept})
    assert answer.headers["content-type"] == media_type
    assert answer.headers["vary"] == "Accept"


def test_a_type_that_cannot_be_written_is_refused(client: httpx.Client) -> None:
    answer = client.get("/v1/klines", params=BTC, headers={"Accept": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


def test_an_empty_period_is_an_empty_page_in_every_format(client: httpx.Client) -> None:
    asked = {**BTC, "start": "2031-01-01", "end": "2031-01-02"}
    assert client.get("/v1/klines", params=asked).json()["klines"] == []
    assert client.get("/v1/klines", params={**asked, "format": "ndjson"}).content == b""
    assert client.get("/v1/klines", params={**asked, "format": "csv"}).text.splitlines() == [
        ",".join(STORED_SCHEMA.names)
    ]
    arrow = client.get("/v1/klines", params={**asked, "format": "arrow"}).content
    assert pa.ipc.open_stream(arrow).read_all().num_rows == 0


def test_the_next_page_is_in_the_link_header_and_can_be_followed(client: httpx.Client) -> None:
    first = client.get("/v1/klines", params={**BTC, "limit": 30, "format": "csv"})
    assert first.headers["x-next-cursor"] == str(OPENS[29])
    following = client.get(first.links["next"]["url"])
    assert [int(line.split(",")[0]) for line in following.text.splitlines()[1:]] == OPENS[30:]
    assert "link" not in following.headers


def test_a_made_up_market_says_so(client: httpx.Client) -> None:
    answer = client.get("/v1/klines", params={"symbol": "ETHUSDT", "interval": "1h"})
    assert answer.json()["simulated"] is True
    assert answer.headers["x-simulated"] == "true"


def test_latest_answers_the_newest_candles_and_their_age_by_the_market_clock(client: httpx.Client) -> None:
    body = client.get("/v1/klines/latest", params={**BTC, "limit": 2}).json()
    assert [each["open_time"] for each in body["klines"]] == OPENS[-2:]
    assert body["market_time"] == NOW
    assert body["age_ms"] == NOW - (OPENS[-1] + HOUR - 1) == 5_001

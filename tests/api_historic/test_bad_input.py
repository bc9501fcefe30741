"""Whatever is wrong with a request is named, with what to do about it; nothing ends in a 500."""

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

BTC = {"symbol": "BTCUSDT", "interval": "1h"}


@pytest.mark.parametrize(
    ("path", "asked", "status", "words"),
    [
        ("/v1/klines", {}, 422, "symbol: Field required"),
        (
            "/v1/klines",
            {"symbol": "BTCEUR", "interval": "1h"},
            404,
            "no exchange here has the symbol 'BTCEUR'",
        ),
        (
            "/v1/klines",
            {**BTC, "exchange": "kraken"},
            404,
            "the exchange 'kraken' does not have the symbol 'BTCUSDT'",
        ),
        ("/v1/klines", {**BTC, "interval": "5m"}, 404, "BTCUSDT is not stored at 5m: use one of 1h"),
        ("/v1/klines", {**BTC, "interval": "7m"}, 422, "unknown interval '7m': use one of 1s, 1m"),
        (
            "/v1/klines",
            {"symbol": "XRPUSDT", "interval": "1m"},
            422,
            "binance, simulated: name one with exchange=",
        ),
        ("/v1/klines", {**BTC, "start": "yesterday"}, 422, "'yesterday' is no time: write ms UTC"),
        ("/v1/klines", {**BTC, "start": "1609459200"}, 422, "'1609459200' looks like seconds"),
        ("/v1/klines", {**BTC, "start": "-1"}, 422, "outside 1970..9999"),
        ("/v1/klines", {**BTC, "start": "2021-02-30"}, 422, "'2021-02-30' is no time"),
        ("/v1/klines", {**BTC, "start": "2021-01-02", "end": "2021-01-01"}, 422, "must be after start"),
        ("/v1/klines", {**BTC, "start": "2021-01-01", "end": "2021-01-01"}, 422, "must be after start"),
        ("/v1/klines", {**BTC, "limit": "0"}, 422, "limit: Input should be greater than or equal to 1"),
        ("/v1/klines", {**BTC, "limit": "1001"}, 422, "limit: Input should be less than or equal to 1000"),
        ("/v1/klines", {**BTC, "limit": "many"}, 422, "limit: Input should be a valid integer"),
        ("/v1/klines", {**BTC, "order": "up"}, 422, "order: Input should be 'asc' or 'desc'"),
        ("/v1/klines", {**BTC, "cursor": "-1"}, 422, "cursor: Input should be greater"),
        (
            "/v1/klines",
            {**BTC, "format": "xml"},
            422,
            "format: Input should be 'json', 'csv', 'ndjson' or 'arrow'",
        ),
        ("/v1/klines/latest", {**BTC, "limit": "101"}, 422, "limit: Input should be less"),
        ("/v1/klines/describe", {**BTC, "interval": "1M"}, 404, "BTCUSDT is not stored at 1M"),
        ("/v1/ticks", {"symbol": "NOPE"}, 404, "no exchange here has the symbol 'NOPE'"),
        (
            "/v1/coverage",
            {"symbol": "x" * 41, "interval": "1h"},
            422,
            "symbol: String should have at most 40",
        ),
        ("/v1/revisions", {**BTC, "offset": "-1"}, 422, "offset: Input should be greater"),
        ("/nowhere", {}, 404, "Not Found"),
    ],
)
def test_bad_input_is_a_problem_that_says_what_to_do(
    client: httpx.Client, path: str, asked: dict[str, str], status: int, words: str
) -> None:
    answer = client.get(path, params=asked)
    body = answer.json()
    assert (answer.status_code, body["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(body) >= {"type", "title", "status", "detail", "code", "hint"}
    assert words in body["detail"]


@given(
    path=st.sampled_from(
        [
            "/v1/klines",
            "/v1/klines/latest",
            "/v1/klines/describe",
            "/v1/ticks",
            "/v1/coverage",
            "/v1/revisions",
        ]
    ),
    asked=st.dictionaries(
        st.sampled_from(
            ["symbol", "interval", "exchange", "start", "end", "limit", "cursor", "order", "format"]
        ),
        st.one_of(
            st.sampled_from(
                ["BTCUSDT", "1h", "1M", "binance", "asc", "desc", "csv", "", "0", "-1", "2021-01-01", "9e9"]
            ),
            st.integers(-(10**20), 10**20).map(str),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
        ),
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_request_makes_the_service_fail(client: httpx.Client, path: str, asked: dict[str, str]) -> None:
    answer = client.get(path, params={**BTC, **asked} if len(asked) % 2 else asked)
    assert answer.status_code in (200, 404, 422), answer.text


def test_a_database_that_is_away_is_said_and_may_be_asked_again(away: httpx.Client) -> None:
    answer = away.get("/v1/klines", params=BTC)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "OPA_DB_HOST" in answer.json()["detail"]


def test_readiness_names_the_missing_dependency(away: httpx.Client, client: httpx.Client) -> None:
    answer = away.get("/ready")
    assert answer.status_code == 503
    assert [each["name"] for each in answer.json()["missing"]] == ["database"]
    assert client.get("/ready").json() == {"status": "ready", "checks": {"database": "ok"}}

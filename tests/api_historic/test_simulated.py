"""Made-up markets say so in the header of every answer about markets."""

from __future__ import annotations

import httpx
import pytest

MARKETS = {"binance": "BTCUSDT", "simulated": "ETHUSDT"}
OF_NO_MARKET = {"/v1/intervals"}
FORMATS = ("json", "csv", "ndjson", "arrow")


def paths(client: httpx.Client) -> dict[str, set[str]]:
    """Every route that answers and ends, with the names of its parameters."""
    told = client.get("/openapi.json").json()["paths"]
    return {
        path: {each["name"] for each in methods["get"].get("parameters", [])}
        for path, methods in told.items()
        if path.startswith("/v1/") and path != "/v1/stream"
    }


@pytest.mark.parametrize("exchange", MARKETS)
def test_every_answer_about_a_market_says_whether_it_is_made_up(client: httpx.Client, exchange: str) -> None:
    asked = {"exchange": exchange, "symbol": MARKETS[exchange], "interval": "1h"}
    said = "true" if exchange == "simulated" else "false"
    for path, names in paths(client).items():
        for form in FORMATS if "format" in names else FORMATS[:1]:
            known = {name: asked[name] for name in names & asked.keys()} | (
                {"format": form} if "format" in names else {}
            )
            answer = client.get(path, params=known)
            assert answer.status_code == 200, (path, answer.text)
            assert answer.headers.get("x-simulated") == (None if path in OF_NO_MARKET else said), (path, form)


def test_of_several_markets_one_that_is_made_up_is_enough(client: httpx.Client) -> None:
    for path in ("/v1/symbols", "/v1/prices"):
        answer = client.get(path)
        assert {each["exchange"] for each in answer.json()[path.removeprefix("/v1/")]} == set(MARKETS)
        assert answer.headers["x-simulated"] == "true"

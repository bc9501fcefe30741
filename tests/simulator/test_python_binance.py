"""The exchange library that the adapter uses works against the simulator unchanged."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from ingest.exchanges.library import AsyncClient, BinanceAPIException, BinanceSocketManager
from market.interval import HOUR, MINUTE
from tests.simulator.times import NOW
from tests.simulator_fixture import Simulator


@pytest.fixture
def library(server: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """python-binance pointed at the simulator by its class attributes."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setattr(AsyncClient, "API_URL", server.rest_url)
    monkeypatch.setattr(BinanceSocketManager, "STREAM_URL", server.ws_url)
    return server


async def test_the_blocking_client_reads_pages_and_errors(
    library: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    from binance.client import Client  # not above: the first import of the library warns, library.py hears it

    monkeypatch.setattr(Client, "API_URL", library.rest_url)
    client = Client()  # in a coroutine, because without a running loop it would make one and never close it
    try:
        at = NOW // HOUR * HOUR - 2000 * HOUR
        page = client.get_klines(symbol="BTCUSDT", interval="1h", startTime=at, limit=1000)
        assert [row[0] for row in page] == list(range(at, at + 1000 * HOUR, HOUR))
        assert client.get_server_time() == {"serverTime": NOW}
        with pytest.raises(BinanceAPIException) as refused:
            client.get_klines(symbol="NOSUCH", interval="1h")
        assert (refused.value.code, refused.value.status_code) == (-1121, 400)
    finally:
        client.session.close()


async def test_the_async_client_reads_what_the_market_holds(library: Simulator) -> None:
    client = await AsyncClient.create()
    try:
        rows = await client.get_klines(symbol="ETHUSDT", interval="1m", limit=5)
        book = await client.get_orderbook_ticker(symbol="ETHUSDT")
        info = await client.get_exchange_info()
    finally:
        await client.close_connection()
    assert [row[0] for row in rows] == [NOW // MINUTE * MINUTE - back * MINUTE for back in (4, 3, 2, 1, 0)]
    assert Decimal(book["bidPrice"]) < Decimal(book["askPrice"])
    assert info["symbols"][0]["symbol"] == "BTCUSDT"


async def test_the_socket_manager_receives_running_and_closing_klines(library: Simulator) -> None:
    client = await AsyncClient.create()
    try:
        sockets = BinanceSocketManager(client, max_queue_size=100_000)
        async with sockets.multiplex_socket(["btcusdt@kline_1m", "btcusdt@bookTicker"]) as stream:
            library.control.clock(speed=60)
            found = [await stream.recv() for _ in range(60)]
    finally:
        library.control.clock(speed=0, set=NOW)
        await client.close_connection()
    assert {each["stream"] for each in found} == {"btcusdt@kline_1m", "btcusdt@bookTicker"}
    closes: list[Any] = [
        each["data"]["k"] for each in found if each["data"].get("e") and each["data"]["k"]["x"]
    ]
    assert closes
    assert all(each["T"] - each["t"] == MINUTE - 1 for each in closes)

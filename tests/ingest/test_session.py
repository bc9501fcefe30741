"""A hostile exchange neither leads us elsewhere nor fills our memory."""

import gzip
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ingest import session
from ingest.archive.client import ArchiveClient
from ingest.patience import Patience
from market.errors import ExchangeUnavailable, InvalidMarketData, MarketError, RefusedByExchange
from market.interval import Interval, Series
from tests.ingest.archive.files import DAY
from tests.ingest.conftest import exchange_at
from tests.ingest.okx import ccxt_at

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Serve = Callable[[Handler], Awaitable[TestServer]]
Ask = Callable[[TestServer], Awaitable[object]]
MINUTE = Interval("1m")


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    running: list[TestServer] = []

    async def start(handler: Handler) -> TestServer:
        app = web.Application()
        app.router.add_get("/{path:.*}", handler)
        server = TestServer(app)
        await server.start_server()
        running.append(server)
        return server

    yield start
    for each in running:
        await each.close()


async def by_python_binance(server: TestServer) -> None:
    exchange = exchange_at(str(server.make_url("/api")))
    try:
        await exchange.klines("BTCUSDT", MINUTE, 0, None)
    finally:
        await exchange.close()


async def by_ccxt(server: TestServer) -> None:
    exchange = ccxt_at("kraken", f"http://127.0.0.1:{server.port}")
    try:
        await exchange.symbol("BTCUSD")
    finally:
        await exchange.close()


async def by_archive(server: TestServer) -> None:
    archive = ArchiveClient(str(server.make_url("/")), Patience(1))
    try:
        await archive.checksum(DAY)
    finally:
        await archive.close()


async def by_socket(server: TestServer) -> None:
    exchange = exchange_at("http://127.0.0.1:1/api", stream=f"ws://127.0.0.1:{server.port}/")
    try:
        async for _ in exchange.frames([Series("binance", "BTCUSDT", MINUTE)]):
            pass
    finally:
        await exchange.close()


CLIENTS: dict[str, Ask] = {"python-binance": by_python_binance, "ccxt": by_ccxt, "archive": by_archive}


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_an_exchange_that_leads_to_an_internal_address_is_refused(
    serve: Serve, client: str, status: int
) -> None:
    reached: list[str] = []

    async def internal(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.json_response([])

    inside = await serve(internal)

    async def hostile(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": str(inside.make_url("/latest/meta-data"))})

    with pytest.raises(
        RefusedByExchange, match=f"leads to 'http://127.0.0.1:{inside.port}/latest/meta-data'"
    ):
        await CLIENTS[client](await serve(hostile))
    assert reached == []


async def test_a_live_stream_that_leads_to_an_internal_address_is_refused(serve: Serve) -> None:
    reached: list[str] = []

    async def internal(request: web.Request) -> web.StreamResponse:
        reached.append(request.path)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.close()
        return socket

    inside = await serve(internal)

    async def hostile(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": f"ws://127.0.0.1:{inside.port}/internal"})

    with pytest.raises(ExchangeUnavailable, match="302"):
        await by_socket(await serve(hostile))
    assert reached == []


@pytest.mark.parametrize("client", CLIENTS)
async def test_an_answer_without_end_is_cut_off(
    serve: Serve, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LARGEST_ANSWER", 2**20)
    sent = []

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        while True:  # until the other side has had enough
            await answer.write(b" " * 2**16)
            sent.append(2**16)

    with pytest.raises(MarketError, match="larger than"):
        await CLIENTS[client](await serve(endless))
    assert sum(sent) < 2**26


@pytest.mark.parametrize("client", CLIENTS)
async def test_a_small_answer_that_unpacks_to_a_huge_one_is_cut_off(
    serve: Serve, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LARGEST_ANSWER", 2**20)
    bomb = gzip.compress(b" " * 2**26)
    assert len(bomb) < 2**17

    async def packed(_request: web.Request) -> web.Response:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        return web.Response(body=bomb, headers=headers)

    with pytest.raises((ExchangeUnavailable, InvalidMarketData), match="larger than"):
        await CLIENTS[client](await serve(packed))

"""Downloads: bounded, verified, never led elsewhere."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ingest.archive import client
from ingest.archive.client import ArchiveClient, download
from ingest.patience import Patience
from market.errors import ExchangeUnavailable, InvalidMarketData, RefusedByExchange
from tests.ingest.archive.files import DAY

Handler = Callable[[web.Request], Awaitable[web.Response]]
Open = Callable[[Handler], Awaitable[ArchiveClient]]
BODY = b"the zip"
DIGEST = hashlib.sha256(BODY).hexdigest()


@pytest.fixture
async def serve() -> AsyncIterator[Open]:
    opened: list[ArchiveClient | TestServer] = []

    async def start(handler: Handler) -> ArchiveClient:
        app = web.Application()
        app.router.add_get("/{path:.*}", handler)
        server = TestServer(app)
        await server.start_server()
        found = ArchiveClient(str(server.make_url("/")), Patience(2))
        opened.extend([found, server])
        return found

    yield start
    for each in opened:
        await each.close()


def shelf(checksum: str, body: bytes = BODY) -> Handler:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=checksum.encode() if request.path.endswith(".CHECKSUM") else body)

    return answer


async def test_a_file_that_fits_its_checksum_is_handed_out(serve: Open) -> None:
    found = await download(await serve(shelf(f"{DIGEST}  {DAY.name}\n")), DAY)
    assert found is not None
    assert (found.body, found.sha256) == (BODY, DIGEST)


async def test_the_paths_are_those_of_the_archive(serve: Open) -> None:
    asked: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return await shelf(f"{DIGEST}  {DAY.name}\n")(request)

    await download(await serve(note), DAY)
    path = "/data/spot/daily/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01-01.zip"
    assert asked == [f"{path}.CHECKSUM", path]


async def test_a_file_that_does_not_fit_is_downloaded_once_more_and_then_refused(serve: Open) -> None:
    asked: list[str] = []

    async def wrong(request: web.Request) -> web.Response:
        asked.append(request.path)
        return await shelf(f"{'0' * 64}  {DAY.name}\n")(request)

    with pytest.raises(InvalidMarketData, match=f"checksum: the archive names {'0' * 64}"):
        await download(await serve(wrong), DAY)
    assert len(asked) == 4


@pytest.mark.parametrize("text", ["", "abc", f"{DIGEST}  other.zip", f"{DIGEST.upper()}  {DAY.name}"])
async def test_a_checksum_file_that_cannot_be_read_is_refused(serve: Open, text: str) -> None:
    with pytest.raises(InvalidMarketData, match="checksum file cannot be read"):
        await download(await serve(shelf(text)), DAY)


async def test_there_is_no_such_file(serve: Open) -> None:
    async def missing(_request: web.Request) -> web.Response:
        return web.Response(status=404)

    assert await download(await serve(missing), DAY) is None


async def test_a_redirect_is_not_followed(serve: Open) -> None:
    async def elsewhere(_request: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})

    with pytest.raises(RefusedByExchange, match="no redirect is followed"):
        await download(await serve(elsewhere), DAY)


async def test_a_failing_archive_is_asked_again_before_it_is_given_up(serve: Open) -> None:
    answers = [500, 200, 200]

    async def flaky(request: web.Request) -> web.Response:
        if answers.pop(0) != 200:
            return web.Response(status=500)
        return await shelf(f"{DIGEST}  {DAY.name}")(request)

    assert await download(await serve(flaky), DAY) is not None

    async def broken(_request: web.Request) -> web.Response:
        return web.Response(status=503)

    with pytest.raises(ExchangeUnavailable, match="503"):
        await download(await serve(broken), DAY)


async def test_an_endless_file_is_stopped_at_the_bound(serve: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "LARGEST_ZIP", 100_000)
    answer = shelf(f"{DIGEST}  {DAY.name}", b"0" * 1_000_000)
    with pytest.raises(InvalidMarketData, match="larger than 100,000 bytes"):
        await download(await serve(answer), DAY)


async def test_an_archive_that_is_away_is_transient() -> None:
    away = ArchiveClient("http://127.0.0.1:1", Patience(1))
    with pytest.raises(ExchangeUnavailable, match="OPA_EXCHANGE_ARCHIVE"):
        await away.checksum(DAY)
    await away.close()

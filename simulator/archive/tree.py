"""The archive's tree over HTTP, `/data/spot/{monthly,daily}/klines/SYMBOL/INTERVAL/...zip[.CHECKSUM]`."""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from typing import Final

from aiohttp import web
from pydantic import ValidationError

from market.errors import InvalidInput
from simulator.archive.faults import ArchiveFault, ArchiveFaultKind, ArchiveFaults
from simulator.archive.files import zipped
from simulator.archive.periods import ArchiveName, read_name
from simulator.bars import OPEN_TIME, Bars, join
from simulator.exchange import EXCHANGE, Exchange
from simulator.paging import LARGEST_LIMIT, Window

routes = web.RouteTableDef()
_KEPT: Final = 32  # zips; a month of minutes has 1.5 MB
_PATH: Final = "/data/spot/{cadence:monthly|daily}/klines/{symbol}/{interval}/{file}"


class Archive:
    """Zips that were made already, and what is wrong with them."""

    def __init__(self) -> None:
        self.faults = ArchiveFaults()
        self._made: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    async def zip(
        self, exchange: Exchange, name: ArchiveName, symbol: str, faults: tuple[ArchiveFault, ...]
    ) -> bytes:
        """The file's bytes; 404 where the market has no bar in its period."""
        edition = exchange.market.edition(exchange.clock.now())
        key = name.stem, edition, repr([fault.model_dump(exclude={"count"}) for fault in faults])
        if key not in self._made:
            bars = await _bars(exchange, symbol, name)
            if not len(bars):
                raise web.HTTPNotFound
            self._made[key] = await asyncio.to_thread(zipped, name.stem, bars, name.start, faults)
        self._made.move_to_end(key)
        while len(self._made) > _KEPT:
            self._made.popitem(last=False)
        return self._made[key]


ARCHIVE: Final = web.AppKey("ARCHIVE", Archive)


@routes.get(_PATH)
async def file(request: web.Request) -> web.Response:
    """A zip, or the line `<sha256>  BTCUSDT-1m-2024-01.zip` of its checksum file."""
    exchange, archive = request.app[EXCHANGE], request.app[ARCHIVE]
    now = exchange.clock.now()
    path = request.path.removesuffix(".CHECKSUM")
    if not path.endswith(".zip"):
        raise web.HTTPNotFound
    name = _name(request, path.rpartition("/")[2].removesuffix(".zip"))
    symbol = request.match_info["symbol"]
    faults = archive.faults.of(path, now)
    kinds = {fault.kind for fault in faults}
    listed = exchange.market.listings(now).get(symbol)
    # A file appears once its day or month is over.
    if name.end > now or ArchiveFaultKind.MISSING in kinds or not listed:
        raise web.HTTPNotFound
    if name.interval not in listed.intervals:
        raise web.HTTPNotFound
    body = await archive.zip(exchange, name, symbol, faults)
    exchange.requests[request.path] += 1
    if not request.path.endswith(".CHECKSUM"):
        archive.faults.downloaded(path, now)
        return web.Response(body=body, content_type="application/zip")
    digest = hashlib.sha256(body + (b"?" if ArchiveFaultKind.CHECKSUM in kinds else b"")).hexdigest()
    return web.Response(body=f"{digest}  {name.stem}.zip\n".encode(), content_type="binary/octet-stream")


@routes.post("/sim/archive-fault")
async def arm(request: web.Request) -> web.Response:
    """Arm an `ArchiveFault`."""
    try:
        fault = ArchiveFault.model_validate_json(await request.text())
    except ValidationError as error:
        raise InvalidInput(f"{request.path}: {error}") from error
    request.app[ARCHIVE].faults.add(fault)
    return web.json_response({"armed": fault.model_dump()})


@routes.delete("/sim/archive-fault")
async def disarm(request: web.Request) -> web.Response:
    """Disarm every fault of the archive."""
    request.app[ARCHIVE].faults.clear()
    return web.json_response({})


def _name(request: web.Request, stem: str) -> ArchiveName:
    parts = request.match_info
    try:
        return read_name(parts["cadence"], parts["symbol"], parts["interval"], stem)
    except InvalidInput as error:
        raise web.HTTPNotFound from error


async def _bars(exchange: Exchange, symbol: str, name: ArchiveName) -> Bars:
    """Every bar of the period, in pages, so that other answers are not held up."""
    parts, at, now = [], name.start, exchange.clock.now()
    while at < name.end:
        wanted = Window(at, name.end - 1, LARGEST_LIMIT, False)
        page = exchange.market.bars(symbol, name.interval, wanted, now)
        if not len(page):
            break
        parts.append(page)
        at = int(page[-1, OPEN_TIME]) + 1
        await asyncio.sleep(0)
    return join(parts)

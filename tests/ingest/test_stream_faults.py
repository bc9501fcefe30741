"""The database goes away under a running stream and comes back."""

import asyncio
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from ingest.keeper import Keeper
from ingest.patience import Patience
from ingest.stream import LiveStream
from ingest.verify import verify_series
from market.interval import Interval, Series
from market.store import ClockRecorder, Database, MySQLKlineStore, MySQLTickStore, StoreSettings
from tests.ingest.conftest import exchange_at
from tests.simulator_fixture import START, start_simulator

M1 = Interval("1m")
SERIES = Series("simulated", "BTCUSDT", M1)
FOREVER = 2**53


class Wire:
    """A TCP relay to the database that can be cut."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0

    async def up(self) -> None:
        self._server = await asyncio.start_server(self._relay, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        await asyncio.sleep(0)

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, to_writer}
        await asyncio.gather(self._pump(reader, to_writer), self._pump(to_reader, writer))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            return
        finally:
            self._open.discard(writer)
            writer.close()


async def rows(store: MySQLKlineStore) -> int:
    return sum(status.rows for status in await asyncio.to_thread(store.series))


async def until_rows(store: MySQLKlineStore, bars: int) -> None:
    async with asyncio.timeout(60):
        while await rows(store) < bars:
            await asyncio.sleep(0.3)


@pytest.mark.database
async def test_a_database_that_goes_away_under_the_stream_loses_no_candle(
    database: StoreSettings, tmp_path: Path
) -> None:
    wire = Wire(database.port)
    await wire.up()
    cut = Database(database.model_copy(update={"port": wire.port}), "ingest")
    looking = MySQLKlineStore(Database(database, "ingest"))
    with (
        start_simulator(tmp_path, OPA_SIMULATOR_SPEED="60", OPA_SIMULATOR_START=START) as simulator,
        closing(Keeper(MySQLKlineStore(cut), Patience(None))) as keeper,
    ):
        exchange = exchange_at(simulator.rest_url, simulator.ws_url)
        live = LiveStream(exchange, keeper, MySQLTickStore(cut), ClockRecorder(cut), timedelta(days=7))
        task = asyncio.create_task(live.run([("BTCUSDT", M1)]))
        await until_rows(looking, 5)
        await wire.down()
        before = await rows(looking)
        await asyncio.sleep(4)
        assert await rows(looking) <= before + 1
        await wire.up()
        await until_rows(looking, before + 10)
        task.cancel()
        await asyncio.wait([task])
        await exchange.close()
        await wire.down()
        opens = looking.read(SERIES, 0, FOREVER).column("open_time").to_pylist()
        assert opens == list(M1.opens(opens[0], opens[-1] + 1))
        assert looking.holes(SERIES) == []
        assert [
            each for each in verify_series(looking, SERIES, simulator.control.now()) if not each.note
        ] == []

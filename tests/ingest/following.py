"""A live stream on the simulator, with the memory twin behind it: what several tests of streams share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta

from ingest.keeper import Keeper
from ingest.live import TradeKind
from ingest.patience import Patience
from ingest.stream import LiveStream
from ingest.verify import verify_series
from market.interval import Interval
from market.kline import Finality, klines_from_rows
from market.store.memory import MemoryKlineStore, MemoryTickStore
from tests.ingest.conftest import exchange_at
from tests.simulator_fixture import Simulator

M1 = Interval("1m")
FOREVER = 2**53
WITHIN_S = 60.0


class SavedClock:
    """What the other services would see."""

    def __init__(self) -> None:
        self.speeds: list[float] = []

    def save(self, _exchange: str, _market_time: int, speed: float) -> None:
        self.speeds.append(speed)


@asynccontextmanager
async def live_on(
    simulator: Simulator,
    klines: MemoryKlineStore,
    *names: str,
    trades: tuple[TradeKind, ...] = (),
    ticks: MemoryTickStore | None = None,
    saved: SavedClock | None = None,
) -> AsyncIterator[LiveStream]:
    """Yields once every series is connected and back-filled."""
    exchange = exchange_at(simulator.rest_url, simulator.ws_url)
    with closing(Keeper(klines, Patience(None))) as keeper:
        live = LiveStream(
            exchange,
            keeper,
            ticks or MemoryTickStore(klines),
            saved or SavedClock(),
            timedelta(days=7),
            trades,
        )
        task = asyncio.create_task(live.run([(name, M1) for name in names]))
        try:
            await until(lambda: task.done() or is_live(live))
            yield live
        finally:
            task.cancel()
            await asyncio.wait([task])
            await exchange.close()
        assert task.cancelled(), task.exception()


def is_live(live: LiveStream) -> bool:
    caught_up = [follower.caught_up.is_set() for follower in live.followers.values()]
    return live.counters.connected > 0 and bool(caught_up) and all(caught_up)


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something."""
    async with asyncio.timeout(WITHIN_S):
        while not holds():
            await asyncio.sleep(0.05)


async def more_bars(klines: MemoryKlineStore, bars: int) -> None:
    """Wait until so many more are there of every series."""
    wanted = {status.series: status.rows + bars for status in klines.series()}
    await until(lambda: all(status.rows >= wanted[status.series] for status in klines.series()))


def equals_ledger(simulator: Simulator, klines: MemoryKlineStore) -> None:
    """Confirmed rows are the exchange's own, without a gap."""
    for status in klines.series():
        rows = klines.read(status.series, 0, FOREVER)
        final = rows.filter([each == str(Finality.CONFIRMED) for each in rows.column("finality").to_pylist()])
        opens = final.column("open_time").to_pylist()
        assert opens == list(M1.opens(opens[0], opens[-1] + 1))
        expected = klines_from_rows(
            simulator.control._call(
                f"/sim/ledger?symbol={status.series.symbol}&interval=1m&startTime={opens[0]}&endTime={opens[-1]}"
            )
        )
        assert all(final.column(name).equals(expected.column(name)) for name in expected.column_names)
        assert klines.holes(status.series) == []
        found = verify_series(klines, status.series, simulator.control.now())
        assert [each for each in found if not each.note] == []

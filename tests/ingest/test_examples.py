"""`docs/examples/` is what the simulated market with its fixed seed gives, to the byte.

`OPA_WRITE_EXAMPLES=1 pytest tests/ingest/test_examples.py` writes the files anew.
"""

import asyncio
import io
import os
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from ingest.export import KLINE_COLUMNS, TICK_COLUMNS, Format, Row, kline_rows, tick_rows, write_rows
from ingest.keeper import Keeper
from ingest.live import BookFrame, Frame, KlineFrame, LastFrame
from ingest.sampler import TickSampler
from market.interval import Series
from market.store.memory import MemoryKlineStore, MemoryTickStore
from tests.ingest.conftest import exchange_at, populate_from, want
from tests.simulator_fixture import REPOSITORY, START, Simulator, start_simulator

EXAMPLES = REPOSITORY / "docs" / "examples"
HISTORY = Series.of("simulated", "BTCUSDT", "1h")
FOREVER = 2**53


def check(name: str, rows: list[Row], columns: tuple[str, ...], form: Format) -> None:
    out = io.StringIO()
    write_rows(rows, columns, form, out)
    if os.environ.get("OPA_WRITE_EXAMPLES"):
        (EXAMPLES / name).write_text(out.getvalue())
    assert (EXAMPLES / name).read_text() == out.getvalue()


@pytest.mark.parametrize("form", list(Format))
async def test_the_history_examples_are_what_populate_and_export_give(
    simulator: Simulator, klines: MemoryKlineStore, keeper: Keeper, form: Format
) -> None:
    await populate_from(simulator, keeper, want("BTCUSDT", "1h", "13 hours ago"))
    rows = list(kline_rows(klines, HISTORY, 0, FOREVER))
    assert len(rows) == 12
    check(f"history_BTCUSDT_1h.{form}", rows, KLINE_COLUMNS, form)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Simulator]:
    """One whose streams have not run yet."""
    with start_simulator(tmp_path, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START) as running:
        yield running


async def test_the_stream_examples_are_what_the_stream_gives_when_the_clock_is_stepped(
    fresh: Simulator, klines: MemoryKlineStore
) -> None:
    simulator, exchange = fresh, exchange_at(fresh.rest_url, fresh.ws_url)
    klines.register(await exchange.symbol("BTCUSDT"), HISTORY.interval)
    ticks, sampler = MemoryTickStore(klines), TickSampler("simulated")
    async with aclosing(exchange.frames([HISTORY])) as frames, asyncio.timeout(60):
        opening = asyncio.create_task(anext(frames))
        while simulator.control.counters()["sockets"] == 0:
            await asyncio.sleep(0.05)
        for second in range(12):
            now = simulator.control.advance(1_000)
            await until_quoted(opening if second == 0 else None, frames, sampler, now)
    await exchange.close()
    ticks.write(sampler.take(now))
    rows = list(tick_rows(ticks, "simulated", "BTCUSDT", now - 10_000, now))
    assert len(rows) == 10
    for form in Format:
        check(f"stream_BTCUSDT.{form}", rows, TICK_COLUMNS, form)


async def until_quoted(
    first: asyncio.Task[Frame] | None, frames: AsyncGenerator[Frame, None], sampler: TickSampler, now: int
) -> None:
    """Feed the sampler until book and last price of this second have come."""
    awaited: set[type] = {BookFrame, LastFrame}
    while awaited:
        frame = await first if first is not None else await anext(frames)
        first = None
        awaited.discard(type(frame))
        if isinstance(frame, KlineFrame):
            continue
        sampler.update(frame, now)

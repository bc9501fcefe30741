"""Health of every followed series, the daily look at history, and what Prometheus reads of both."""

import urllib.request
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ingest.beat import Beat
from ingest.budget import RateBudget
from ingest.counters import Reject, SeriesCounters, TradeCounters
from ingest.daily import DailyRecheck
from ingest.follower import Follower
from ingest.keeper import Keeper
from ingest.metrics import Metrics, serving
from ingest.patience import Patience
from ingest.recheck import Rechecker
from ingest.stream import LiveStream
from market.coverage import HoleReason
from market.interval import DAY, Series
from market.ports import Health, Pulse
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_health import MemoryHealthStore
from tests.ingest.conftest import Open, populate, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row
from up.ports import free_port

FIRST = 400_000 * HOUR
BTC = Series.of("simulated", "BTCUSDT", "1h")
NAMES = {"exchange": "simulated", "symbol": "BTCUSDT", "interval": "1h"}


class Saver:
    """Nobody shares the clock here."""

    def save(self, _exchange: str, _market_time: int, _speed: float) -> None:
        return


class World:
    """A series that was followed for a while: 50 hours on record, two of them missing."""

    def __init__(
        self, exchange: Any, script: ScriptedExchange, keeper: Keeper, klines: MemoryKlineStore
    ) -> None:
        self.exchange, self.script, self.keeper, self.klines = exchange, script, keeper, klines
        self.health, self.metrics, self.budget = MemoryHealthStore(klines), Metrics(), RateBudget(0.5)
        self.live = LiveStream(exchange, keeper, MemoryTickStore(klines), Saver(), timedelta(days=7))
        self.live.clock.observe(script.now)
        self.counters = self.live.counters.series.setdefault(BTC, SeriesCounters())
        self.live.followers[BTC.symbol, BTC.interval.name] = Follower(
            BTC, exchange, keeper, self.live.clock, self.counters
        )
        self.metrics.written.append(keeper.written)
        self.metrics.streams["simulated"], self.metrics.budgets["simulated"] = self.live.counters, self.budget
        self.beat = Beat(self.live, self.health, keeper, self.budget, self.metrics)

    def figure(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"opa_ingest_{name}", labels)


@pytest.fixture
async def world(connect: Open, klines: MemoryKlineStore) -> AsyncIterator[World]:
    bars = [row(FIRST + i * HOUR) for i in range(51) if i not in (7, 8)]
    script = ScriptedExchange(bars, FIRST + 51 * HOUR + 5_000)
    exchange = await connect(script)
    with closing(Keeper(klines, Patience(3))) as keeper:
        await populate(exchange, keeper, want("BTCUSDT", "1h", "51 hours ago"))
        yield World(exchange, script, keeper, klines)


async def test_a_beat_writes_what_the_stream_counted_beside_what_is_on_record(world: World) -> None:
    world.live.counters.reconnects, world.counters.differences = 2, 3
    world.counters.rejected, world.counters.spilled = 4, 5
    world.budget.observe(600)
    world.budget.pause(1)
    world.budget.observe(600)
    [health] = await world.beat.once()
    at = health.pulse.at
    assert health == Health(Pulse(BTC, at, 2, 3, 4, 5, 600, 3000), FIRST + 51 * HOUR - 1, 0, 1, 2, 0)
    assert 0 <= at - world.script.now < 60_000
    assert world.health.read() == [health]
    assert world.klines.changes.read(0)[-1].stream == "quality"


async def test_every_figure_of_the_record_is_a_metric(world: World) -> None:
    await world.beat.once()
    assert world.figure("rows_total", source="rest", **NAMES) == 48
    assert world.figure("missing_bars", reason="outage", **NAMES) == 2
    assert [world.figure("missing_bars", reason=str(each), **NAMES) for each in HoleReason] == [2, 0, 0, 0]
    assert world.figure("holes", **NAMES) == 1
    assert world.figure("revisions", **NAMES) == 0
    assert world.figure("lag_seconds", **NAMES) == 0
    assert world.figure("last_close_timestamp_seconds", **NAMES) == (FIRST + 51 * HOUR - 1) / 1000


async def test_a_healed_hole_is_no_longer_a_metric(world: World) -> None:
    await world.beat.once()
    world.script.bars = [row(FIRST + i * HOUR) for i in range(51)]
    await populate(world.exchange, world.keeper, want("BTCUSDT", "1h", "51 hours ago"), refresh=True)
    await world.beat.once()
    assert (world.figure("missing_bars", reason="outage", **NAMES), world.figure("holes", **NAMES)) == (0, 0)


async def test_every_count_of_the_stream_is_a_metric(world: World) -> None:
    counters = world.live.counters
    counters.reconnects, counters.queued, counters.spilled = 1, 7, 9
    counters.rejected[Reject.MALFORMED] = 3
    world.counters.differences, world.counters.provisional = 2, 11
    counters.trades["BTCUSDT", "aggTrade"] = TradeCounters(seen=50, missing=5, healed=4)
    assert world.figure("reconnects_total", exchange="simulated") == 1
    assert world.figure("queued", exchange="simulated") == 7
    assert world.figure("spilled_total", exchange="simulated") == 9
    assert world.figure("rejected_frames_total", exchange="simulated", reason="malformed") == 3
    assert world.figure("rejected_frames_total", exchange="simulated", reason="ahead") == 0
    trades = {"exchange": "simulated", "symbol": "BTCUSDT", "kind": "aggTrade"}
    assert world.figure("trade_ids_missing", **trades) == 1
    assert world.figure("stream_differences_total", **NAMES) == 2
    assert world.figure("rows_total", source="stream", **NAMES) == 11
    assert world.figure("weight_ceiling", exchange="simulated") == 3000


async def test_two_jobs_of_one_process_share_nothing(world: World) -> None:
    other = Metrics()
    assert other.registry.get_sample_value("opa_ingest_reconnects_total", {"exchange": "simulated"}) is None
    assert world.figure("reconnects_total", exchange="simulated") == 0


async def test_prometheus_can_read_them_and_a_second_job_goes_on_without(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    await world.beat.once()
    port = free_port()
    address = f"http://127.0.0.1:{port}/metrics"
    with (
        serving(world.metrics, "127.0.0.1", port),
        serving(Metrics(), "127.0.0.1", port),
        urllib.request.urlopen(address) as answer,
    ):
        families = {each.name: each for each in text_string_to_metric_families(answer.read().decode())}
    assert [sample.value for sample in families["opa_ingest_holes"].samples] == [1]
    assert "opa_ingest_weight_used" in families
    assert all(family.documentation for family in families.values())
    assert f"port {port} is not free" in caplog.text


def test_port_zero_answers_nobody() -> None:
    with serving(Metrics(), "127.0.0.1", 0):
        pass


async def test_history_is_read_again_once_a_day_of_market_time(world: World) -> None:
    rechecker = Rechecker(world.exchange, world.keeper, world.health, Patience(3))
    drift: Counter[Series] = Counter()
    daily = DailyRecheck(rechecker, world.live.clock, lambda: [BTC], drift)
    await daily.once(BTC)
    world.script.bars[-3] = row(FIRST + 48 * HOUR, price="101")
    await daily.once(BTC)
    assert (drift, world.klines.revisions(BTC)) == (Counter({BTC: 0}), [])
    world.script.now += DAY
    world.live.clock.observe(world.script.now)
    world.live.clock.observe(world.script.now)
    await daily.once(BTC)
    assert drift == {BTC: 1}
    assert [each.open_time for each in world.klines.revisions(BTC)] == [FIRST + 48 * HOUR]

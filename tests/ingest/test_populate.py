"""Populate against the simulator and scripted exchanges, the memory twin behind it."""

import json
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ingest.keeper import Keeper
from ingest.times import parse_time
from ingest.verify import verify_series
from market.coverage import Covered, HoleReason
from market.errors import ExchangeUnavailable, InvalidInput, UnknownSymbol
from market.interval import Series
from market.kline import Finality, klines_from_rows
from market.store.memory import MemoryKlineStore
from tests.ingest.conftest import Open, populate, populate_from, want
from tests.ingest.exchange import HOUR, ScriptedExchange, row, text
from tests.simulator_fixture import Simulator, start_simulator

BTC = Series.of("simulated", "BTCUSDT", "1h")
FOREVER = 2**53


def stored(klines: MemoryKlineStore, series: Series) -> list[dict[str, Any]]:
    return klines.read(series, 0, FOREVER).drop_columns(["source", "finality"]).to_pylist()


def served(ledger: Iterable[list[Any]]) -> list[dict[str, Any]]:
    return klines_from_rows(list(ledger)).to_pylist()


def raw_page(simulator: Simulator, series: Series, first: int, skip: int) -> list[list[Any]]:
    """A page as the exchange sends it, asked for without any code of ours."""
    start = first + skip * series.interval.typical_ms
    query = f"symbol={series.symbol}&interval={series.interval}&startTime={start}&limit=1000"
    with urllib.request.urlopen(f"{simulator.rest_url}/v3/klines?{query}") as answer:
        return list(json.load(answer))


async def test_rows_equal_what_the_exchange_served_as_final(
    simulator: Simulator, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    wanted = [want(s, i, "3 days ago") for s in ("BTCUSDT", "ETHUSDT") for i in ("1m", "1h")]
    reports = await populate_from(simulator, keeper, *wanted)
    now = simulator.control.now()
    for report in reports:
        series = report.series
        first = series.interval.ceil(now - 3 * 86_400_000)
        bars = [bar for at in range(5) for bar in raw_page(simulator, series, first, at * 1000)]
        assert stored(klines, series) == served(bar for bar in bars if bar[6] < now - 3_000)
        assert list(verify_series(klines, series, now)) == []
    assert [report.inserted for report in reports] == [4319, 71, 4319, 71]


async def test_a_finished_run_is_not_read_again(simulator: Simulator, keeper: Keeper) -> None:
    wanted = [want("BTCUSDT", "1h", "2024-01-01", "2024-06-01"), want("XRPUSDT", "1d", "2024-01-01")]
    await populate_from(simulator, keeper, *wanted)
    before = simulator.control.counters()["requests"]["/api/v3/klines"]
    reports = await populate_from(simulator, keeper, *wanted)
    assert [report.read for report in reports] == [0, 0]
    assert simulator.control.counters()["requests"]["/api/v3/klines"] == before


async def test_only_what_is_not_covered_is_read(
    simulator: Simulator, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    await populate_from(simulator, keeper, want("BTCUSDT", "1h", "2024-02-01", "2024-03-01"))
    [report] = await populate_from(simulator, keeper, want("BTCUSDT", "1h", "2024-01-01", "2024-04-01"))
    assert report.inserted == (31 + 31) * 24
    assert klines.series()[0].rows == (31 + 29 + 31) * 24
    assert len(klines.coverage(BTC)) == 1


@pytest.mark.parametrize("interval", ["1s", "3m", "3d", "1w", "1M"])
async def test_any_interval_is_complete(
    simulator: Simulator, klines: MemoryKlineStore, keeper: Keeper, interval: str
) -> None:
    start = "20 minutes ago" if interval == "1s" else "5 days ago" if interval == "3m" else "400 days ago"
    [report] = await populate_from(simulator, keeper, want("ETHUSDT", interval, start))
    now = simulator.control.now()
    series = report.series
    opens = [each["open_time"] for each in stored(klines, series)]
    first = series.interval.ceil(parse_time(start, now))
    assert opens == list(series.interval.opens(first, series.interval.floor(now - 3_000)))


async def test_the_stretch_before_the_first_bar_ever_is_before_listing(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    listed = 400_000 * HOUR
    script = ScriptedExchange([row(listed + i * HOUR) for i in range(50)], listed + 60 * HOUR)
    exchange = await connect(script)
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "100 hours ago", "20 hours ago"))
    [hole] = report.holes
    assert (hole.reason, hole.start, hole.end, hole.bars) == (
        HoleReason.BEFORE_LISTING,
        listed - 40 * HOUR,
        listed,
        40,
    )
    assert hole.evidence.startswith("the first bar that the exchange has opens at 2015-08-")
    assert klines.coverage(BTC) == [Covered(listed - 40 * HOUR, listed + 39 * HOUR + 1)]


async def test_what_an_exchange_no_longer_serves_stays_and_is_not_called_before_listing(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    first = 400_000 * HOUR
    script = ScriptedExchange([row(first + at * HOUR) for at in range(50)], first + 50 * HOUR + 5_000)
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "60 hours ago"))
    script.bars, script.now = [row(first + at * HOUR) for at in range(70, 90)], first + 90 * HOUR + 5_000
    for refresh in (False, True):
        await populate(exchange, keeper, want("BTCUSDT", "1h", "100 hours ago"), refresh=refresh)
        opens = klines.read(BTC, 0, FOREVER).column("open_time").to_pylist()
        assert [(each - first) // HOUR for each in opens] == [*range(50), *range(70, 90)]
        assert klines.revisions(BTC) == []
        assert [
            (hole.reason, (hole.start - first) // HOUR, (hole.end - first) // HOUR)
            for hole in klines.holes(BTC)
        ] == [(HoleReason.BEFORE_LISTING, -9, 0), (HoleReason.UNKNOWN, 50, 70)]
    assert klines.symbols["simulated", "BTCUSDT"].listed_at == first


async def test_a_symbol_without_any_candle_is_no_error(connect: Open, keeper: Keeper) -> None:
    exchange = await connect(ScriptedExchange([], 1_000 * HOUR))
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "100 hours ago"))
    assert (report.read, report.holes) == (0, [])


async def test_a_hole_across_the_border_of_two_windows_is_one_hole(connect: Open, keeper: Keeper) -> None:
    first = 400_000 * HOUR
    bars = [row(first + i * HOUR) for i in range(10_000) if not 4_990 <= i < 5_020]
    exchange = await connect(ScriptedExchange(bars, first + 10_000 * HOUR + 5_000))
    start = f"{10_000} hours ago"
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", start))
    assert [(hole.start, hole.end, hole.bars) for hole in report.holes] == [
        (first + 4_990 * HOUR, first + 5_020 * HOUR, 30)
    ]


@pytest.mark.parametrize(
    ("symbol", "start", "end", "error"),
    [
        ("NOSUCH", "2 days ago", "now", UnknownSymbol),
        ("BTCUSDT", "now", "2 days ago", InvalidInput),
        ("BTCUSDT", "someday", "now", InvalidInput),
    ],
)
async def test_bad_input_is_refused_before_anything_is_written(
    simulator: Simulator,
    klines: MemoryKlineStore,
    keeper: Keeper,
    symbol: str,
    start: str,
    end: str,
    error: type[Exception],
) -> None:
    good = want("ETHUSDT", "1h", "2 days ago")
    with pytest.raises(error):
        await populate_from(simulator, keeper, good, want(symbol, "1h", start, end))
    assert klines.series() == []


@pytest.mark.parametrize("kind", ["html", "truncated", "empty"])
async def test_a_passing_fault_costs_nothing(simulator: Simulator, keeper: Keeper, kind: str) -> None:
    simulator.control.fault(kind, count=2, after=1, path="/api/v3/klines")
    [report] = await populate_from(simulator, keeper, want("BTCUSDT", "1h", "100 days ago"))
    assert report.inserted == 2399
    assert report.holes == []


async def test_a_429_makes_everybody_wait_and_loses_nothing(simulator: Simulator, keeper: Keeper) -> None:
    simulator.control.fault("status", status=429, retry_after=1, after=2, path="/api/v3/klines")
    [report] = await populate_from(simulator, keeper, want("BTCUSDT", "1h", "100 days ago"))
    assert report.inserted == 2399


async def test_an_exchange_that_stays_broken_ends_the_run_and_keeps_what_was_read(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    first = 400_000 * HOUR
    bars = [row(first + i * HOUR) for i in range(8_000)]
    script = ScriptedExchange(bars, first + 9_000 * HOUR)
    exchange = await connect(script)
    await populate(exchange, keeper, want("BTCUSDT", "1h", "9000 hours ago", "8000 hours ago"))
    script.script(*[text("<html>", 502, kind="text/html")] * 100)
    with pytest.raises(ExchangeUnavailable, match="502"):
        await populate(exchange, keeper, want("BTCUSDT", "1h", "9000 hours ago", "7000 hours ago"))
    assert klines.series()[0].rows == 1000
    script.forget()
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "9000 hours ago", "7000 hours ago"))
    assert report.inserted == 1000


async def test_refresh_reads_covered_history_again_and_records_revisions(
    connect: Open, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    first = 400_000 * HOUR
    script = ScriptedExchange([row(first + i * HOUR) for i in range(10)], first + 20 * HOUR)
    exchange = await connect(script)
    wanted = want("BTCUSDT", "1h", "20 hours ago", "10 hours ago")
    await populate(exchange, keeper, wanted)
    script.bars[3] = row(first + 3 * HOUR, price="101.0")
    del script.bars[5]
    [same] = await populate(exchange, keeper, wanted)
    assert same.read == 0
    [report] = await populate(exchange, keeper, wanted, refresh=True)
    assert (report.changed, report.withdrawn) == (1, 1)
    revisions = klines.revisions(BTC)
    assert [(each.open_time - first) // HOUR for each in revisions] == [3, 5]
    assert (revisions[0].old["close"], (revisions[0].new or {})["close"]) == ("100", "101")
    assert revisions[1].new is None


async def test_a_candle_that_runs_is_never_stored_as_closed(
    simulator: Simulator, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    simulator.control.clock(set=parse_time("2026-11-20T12:01:02.999Z", 0))
    await populate_from(simulator, keeper, want("BTCUSDT", "1m", "1 hour ago"))
    rows_now = klines.read(Series.of("simulated", "BTCUSDT", "1m"), 0, FOREVER)
    assert rows_now.column("open_time")[-1].as_py() == parse_time("2026-11-20T11:59:00Z", 0)
    assert set(rows_now.column("finality").to_pylist()) == {str(Finality.CONFIRMED)}


@pytest.mark.recorded
async def test_the_27_gaps_of_the_recorded_btc_history_are_holes_and_all_rows_are_there(
    recorded: Path, tmp_path: Path, klines: MemoryKlineStore, keeper: Keeper
) -> None:
    with start_simulator(tmp_path, OPA_SOURCE=f"folder:{recorded / 'klines'}") as simulator:
        [report] = await populate_from(simulator, keeper, want("BTCUSDT", "1h", "2017-08-17 04:00"))
    assert (len(report.holes), sum(hole.bars for hole in report.holes)) == (27, 127)
    assert {hole.reason for hole in report.holes} == {HoleReason.OUTAGE}
    file = json.loads(
        (recorded / "klines" / "djienne_BTCUSDT-1h_2017_2022-10.json").read_text(), parse_float=str
    )
    kept = klines.read(BTC, 0, FOREVER)
    names = ("open", "high", "low", "close", "volume")
    expected = klines_from_rows([[*line, line[0] + 1, "0", 0, "0", "0"] for line in file])
    assert kept.num_rows == len(file) == 45_024
    assert all(kept.column(name).equals(expected.column(name)) for name in ("open_time", *names))

"""The record against the exchange's own ledger: delisted, halted, rewritten and healed history."""

from collections.abc import Iterator
from typing import Any

import pytest

from ingest.keeper import Keeper
from ingest.patience import Patience
from ingest.recheck import Rechecker
from ingest.verify import verify_series
from market.interval import Series
from market.kline import klines_from_rows
from market.store.memory import MemoryKlineStore
from market.store.memory_health import MemoryHealthStore
from tests.ingest.conftest import exchange_at, populate, want
from tests.simulator_fixture import START, Simulator, start_simulator

FOREVER = 2**53


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    folder = tmp_path_factory.mktemp("odd")
    symbols = {"OPA_SIMULATOR_SYMBOLS": "OLDUSDT,HALTUSDT,CANCELUSDT"}
    with start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START, **symbols) as running:
        running.control.advance(10_000)  # the newest candle is final for us too
        yield running


@pytest.fixture
async def exchange(market: Simulator) -> Any:
    opened = exchange_at(market.rest_url, market.ws_url)
    yield opened
    await opened.close()
    market.control.restore_history()


def assert_equal_to_the_ledger(market: Simulator, klines: MemoryKlineStore, series: Series) -> None:
    rows = klines.read(series, 0, FOREVER).drop_columns(["source", "finality"])
    first = rows.column("open_time")[0].as_py()
    ledger = klines_from_rows(market.control.ledger(series.symbol, series.interval.name, first))
    assert rows.to_pylist() == ledger.to_pylist()
    found = list(verify_series(klines, series, market.control.now()))
    assert [each for each in found if not each.note] == []


@pytest.mark.parametrize(
    ("symbol", "start"),
    [("OLDUSDT", "2024-05-01"), ("HALTUSDT", "2026-11-01"), ("CANCELUSDT", "2026-11-01")],
)
async def test_holes_of_an_odd_market_are_those_the_exchange_explains(
    market: Simulator, exchange: Any, keeper: Keeper, klines: MemoryKlineStore, symbol: str, start: str
) -> None:
    [report] = await populate(exchange, keeper, want(symbol, "1h", start))
    told = market.control.holes(symbol, "1h", klines.coverage(report.series)[0].start)
    assert [(hole.start, hole.end, hole.bars, str(hole.reason)) for hole in report.holes] == [
        (each["start"], each["end"], each["bars"], each["reason"]) for each in told
    ]
    assert_equal_to_the_ledger(market, klines, report.series)


async def test_a_rewritten_history_is_read_again_until_it_equals_the_ledger(
    market: Simulator, exchange: Any, keeper: Keeper, klines: MemoryKlineStore
) -> None:
    [report] = await populate(exchange, keeper, want("BTCUSDT", "1h", "100 days ago"))
    changes = {"revised": "-2000h", "withdrawn": "-1000h", "outage": "-30h"}
    for kind, begin in changes.items():
        hours = int(begin[:-1])
        market.control.history(kind, begin, f"{hours + 2}h", symbol="BTCUSDT")
    rechecker = Rechecker(exchange, keeper, MemoryHealthStore(klines), Patience(3))
    found = await rechecker.run(report.series, market.control.now())
    assert len(found) == 6
    assert [each.new is None for each in klines.revisions(report.series)] == [False, False, *[True] * 4]
    assert_equal_to_the_ledger(market, klines, report.series)
    market.control.restore_history()
    assert len(await rechecker.run(report.series, market.control.now())) == 6
    assert_equal_to_the_ledger(market, klines, report.series)
    assert klines.holes(report.series) == []

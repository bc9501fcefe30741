"""Several exchanges in one process, and markets chosen by pattern or by size."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from ingest import commands
from ingest.exchanges import open_exchange
from ingest.keeper import Keeper
from ingest.metadata import keep_metadata
from ingest.patience import Patience
from ingest.plan import wanted_series
from ingest.selection import MOST_MARKETS, expand, select
from ingest.settings import IngestSettings
from ingest.wiring import Stores
from market.choice import Choice
from market.errors import InvalidInput, UnknownSymbol
from market.interval import HOUR, Interval
from market.ports import SymbolInfo
from market.store.memory import MemoryKlineStore, MemoryTickStore
from market.store.memory_archive import MemoryArchiveStore
from market.store.memory_health import MemoryHealthStore
from tests.ingest.conftest import want
from tests.ingest.okx import NOW, Okx
from tests.ingest.test_stream import SavedClock
from tests.simulator_fixture import Simulator

H1 = Interval("1h")


class Listed:
    """An exchange that lists markets; nothing else is asked of it."""

    exchange = "okx"

    def __init__(self, **status: str) -> None:
        self.infos = [SymbolInfo("okx", name, name[:3], name[3:], word) for name, word in status.items()]

    async def markets(self) -> list[SymbolInfo]:
        return self.infos

    async def volumes(self) -> dict[str, Decimal]:
        return {"BTCUSDT": Decimal(10), "ETHUSDT": Decimal(30), "OLDUSDT": Decimal(99), "BTCEUR": Decimal(50)}


FEW = Listed(BTCUSDT="TRADING", ETHUSDT="TRADING", OLDUSDT="BREAK", BTCEUR="TRADING", XRPUSDT="TRADING")


async def names(exchange: Any, *texts: str) -> list[list[str]]:
    choices = [Choice.parse(text, "okx") for text in texts]
    return list((await select(exchange, Patience(1), choices)).values())


async def test_a_pattern_means_the_markets_that_trade_and_fit(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert await names(FEW, "*USDT", "BTC*") == [["BTCUSDT", "ETHUSDT", "XRPUSDT"], ["BTCEUR", "BTCUSDT"]]
    assert "okx:*USDT is today: BTCUSDT, ETHUSDT, XRPUSDT" in caplog.text


async def test_the_largest_come_first_and_only_those_that_trade_against_the_asset() -> None:
    assert await names(FEW, "top:2:USDT", "top:9:USDT") == [
        ["ETHUSDT", "BTCUSDT"],
        ["ETHUSDT", "BTCUSDT", "XRPUSDT"],
    ]


async def test_a_plain_name_is_taken_as_it_is() -> None:
    assert await names(FEW, "OLDUSDT", "NOSUCHCOIN") == [["OLDUSDT"], ["NOSUCHCOIN"]]


async def test_a_pattern_that_fits_nothing_is_refused() -> None:
    with pytest.raises(InvalidInput, match=r"okx:\*GBP: no market that trades on okx fits"):
        await names(FEW, "*GBP")


async def test_more_markets_than_a_run_can_follow_are_refused_with_the_limit() -> None:
    many = Listed(**{f"C{i:03}USDT": "TRADING" for i in range(MOST_MARKETS + 1)})
    with pytest.raises(InvalidInput, match=f"{MOST_MARKETS + 1} markets; at most {MOST_MARKETS} in one run"):
        await names(many, "*USDT")


async def test_a_market_named_twice_is_read_once() -> None:
    wanted = [want("*USDT", "1h", "1 day ago"), want("BTCUSDT", "1h", "9 days ago")]
    assert [each.symbol for each in await expand(FEW, Patience(1), wanted)] == [
        "BTCUSDT",
        "ETHUSDT",
        "XRPUSDT",
    ]  # type: ignore[arg-type]


@pytest.fixture
async def okx() -> AsyncIterator[tuple[Okx, str]]:
    script = Okx()
    script.list_since(NOW - 300 * HOUR)
    server = TestServer(script.app())
    await server.start_server()
    yield script, f"http://127.0.0.1:{server.port}"
    await server.close()


def memory() -> Stores:
    klines, clock = MemoryKlineStore(), SavedClock()
    twins = MemoryTickStore(klines), clock, SavedClock, MemoryHealthStore(klines), MemoryArchiveStore(klines)
    return Stores(klines, *twins)  # type: ignore[arg-type]


def settings_for(simulator: Simulator, okx: str, symbols: str) -> IngestSettings:
    return IngestSettings(
        exchange="simulated",
        exchange_rest=simulator.rest_url,
        exchange_hosts=f"okx={okx}",
        symbols=symbols,
        weight_share=0.9,
    )


async def filled(settings: IngestSettings, stores: Stores) -> list[str]:
    """Populate ten days before each exchange's own time."""
    wanted = wanted_series(settings, [], ["1h"], "10 days ago", "now")
    reports = await commands.populate(settings, stores, wanted, refresh=False)
    return sorted(f"{each.series} {each.read}" for each in reports)


async def test_one_run_fills_the_history_of_two_exchanges(simulator: Simulator, okx: tuple[Okx, str]) -> None:
    stores = memory()
    settings = settings_for(simulator, okx[1], "BTCUSDT,okx:top:1:USDT")
    assert await filled(settings, stores) == ["okx/ETHUSDT/1h 239", "simulated/BTCUSDT/1h 239"]
    about = {str(each.series): each.info for each in stores.klines.series()}
    assert about["okx/ETHUSDT/1h"].listed_at == NOW // HOUR * HOUR - 300 * HOUR
    assert about["okx/ETHUSDT/1h"].derived[0] == "close_time"
    assert about["simulated/BTCUSDT/1h"].tick_size == Decimal("0.01")
    assert await filled(settings, stores) == ["okx/ETHUSDT/1h 0", "simulated/BTCUSDT/1h 0"]


async def test_an_exchange_that_fails_does_not_stop_the_other(
    simulator: Simulator, okx: tuple[Okx, str], caplog: pytest.LogCaptureFixture
) -> None:
    stores = memory()
    with pytest.raises(UnknownSymbol, match="'NOSUCHUSDT' is not listed on okx"):
        await filled(settings_for(simulator, okx[1], "BTCUSDT,okx:NOSUCHUSDT"), stores)
    assert [(str(each.series), each.rows) for each in stores.klines.series()] == [
        ("simulated/BTCUSDT/1h", 239)
    ]
    assert "okx stops, the other exchanges go on" in caplog.text


async def test_every_exchange_has_an_address_and_a_budget_of_its_own(simulator: Simulator) -> None:
    settings = settings_for(simulator, "http://127.0.0.1:1", "BTCUSDT")
    home, other, third = (open_exchange(settings, name) for name in ("", "okx", "binance"))
    assert [each.exchange for each in (home, other, third)] == ["simulated", "okx", "binance"]
    assert len({id(each.budget) for each in (home, other, third)}) == 3
    assert settings_for(simulator, "x", "kraken:BTCEUR,ETHUSDT").exchanges() == {"simulated", "kraken"}
    for each in (home, other, third):
        await each.close()


async def test_an_address_that_is_none_names_its_setting() -> None:
    with pytest.raises(InvalidInput, match="OPA_EXCHANGE_HOSTS='okx' is no list"):
        IngestSettings(exchange_hosts="okx").host("okx")


async def test_metadata_are_asked_for_again_while_a_market_is_followed(
    klines: MemoryKlineStore, keeper: Keeper, caplog: pytest.LogCaptureFixture
) -> None:
    class Changing(Listed):
        async def symbol(self, name: str) -> SymbolInfo:
            if name == "GONE":
                raise UnknownSymbol("gone")
            return replace(self.infos[0], status="HALT")

    source: Any = Changing(BTCUSDT="TRADING")
    klines.register(source.infos[0], H1)
    task = asyncio.create_task(keep_metadata(source, keeper, [("GONE", H1), ("BTCUSDT", H1)], every_s=0.01))
    async with asyncio.timeout(60):
        while klines.series()[0].info.status != "HALT":
            await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.wait([task])
    assert "okx/BTCUSDT does not trade: the exchange calls it HALT" in caplog.text
    assert "GONE: its metadata stay as they were" in caplog.text

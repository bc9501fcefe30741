"""The contract of every exchange adapter, each against a real HTTP server."""

from __future__ import annotations

import inspect
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from decimal import Decimal
from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules
from typing import Any

import pytest

import ingest.exchanges
from ingest.exchanges import EXCHANGES
from ingest.exchanges.binance import BinanceExchange
from ingest.exchanges.ccxt_rest import CcxtExchange
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.reading import last_final_open, read
from market.errors import ExchangeUnavailable, RateLimited, RefusedByExchange, UnknownSymbol
from market.interval import HOUR, Interval, Series
from market.kline import KLINE_SCHEMA
from tests.ingest.conftest import exchange_at
from tests.ingest.okx import NOW, Okx, Refusal, ccxt_at, scripted_okx
from tests.simulator_fixture import Simulator

H1 = Interval("1h")
COVERED = {BinanceExchange, CcxtExchange}


@dataclass(frozen=True)
class Side:
    """An adapter, its server's time, a price as the server writes it, and a way to spoil the next answer."""

    exchange: Any
    now: int
    price_at: Callable[[int], str]
    spoil: Callable[[str], None]

    def series(self) -> Series:
        return Series(self.exchange.exchange, "BTCUSDT", H1)


def on_simulator(simulator: Simulator, exchange: Any) -> Side:
    def price_at(open_time: int) -> str:
        return str(simulator.control.ledger("BTCUSDT", "1h", open_time)[0][1])

    def spoil(how: str) -> None:
        options: dict[str, dict[str, object]] = {
            "limit": {"kind": "status", "status": 429, "retry_after": 700},
            "ban": {"kind": "status", "status": 418, "retry_after": 900},
            "region": {"kind": "status", "status": 451},
            "firewall": {"kind": "status", "status": 403},
            "down": {"kind": "status", "status": 502},
            "html": {"kind": "html"},
            "cut": {"kind": "truncated"},
            "empty": {"kind": "empty"},
            "broken": {"kind": "cut"},
        }
        simulator.control.fault(path="/api/v3/klines", **options[how])

    simulator.control.advance(20 * 60_000)
    return Side(exchange, simulator.control.now(), price_at, spoil)


def on_okx(server: Okx, exchange: Any) -> Side:
    page = "<html><body>Welcome</body></html>"
    refusals = {
        "limit": Refusal(
            '{"code":"50011","msg":"Too Many Requests","data":[]}', 429, headers={"Retry-After": "700"}
        ),
        "ban": Refusal(page, 418, "text/html", {"Retry-After": "900"}),
        "region": Refusal('{"code":"51155","msg":"local compliance","data":[]}', 451),
        "firewall": Refusal(page, 403, "text/html"),
        "down": Refusal(page, 502, "text/html"),
        "html": Refusal(page, kind="text/html"),
        "cut": Refusal('{"code":"0","msg":"","data":[["17000'),
        "empty": Refusal(""),
        "broken": Refusal('{"unexpected": true, "code": "0"}'),
    }
    return Side(exchange, NOW, lambda _: "37012.1", lambda how: server.refusals.append(refusals[how]))


@pytest.fixture(params=["binance", "binance through ccxt", "okx through ccxt"])
async def side(request: pytest.FixtureRequest, simulator: Simulator) -> AsyncIterator[Side]:
    if request.param == "okx through ccxt":
        async with scripted_okx() as opened:
            yield on_okx(*opened)
        return
    own = request.param == "binance"
    exchange = exchange_at(simulator.rest_url) if own else ccxt_at("binance", simulator.url)
    yield on_simulator(simulator, exchange)
    await exchange.close()


def test_every_adapter_in_the_folder_and_the_table_is_under_this_contract() -> None:
    modules = [
        import_module(f"ingest.exchanges.{each.name}") for each in iter_modules(ingest.exchanges.__path__)
    ]
    found = {
        member
        for module in modules
        for _, member in inspect.getmembers(module, inspect.isclass)
        if member.__module__ == module.__name__
        and hasattr(member, "server_time")
        and hasattr(member, "frames")
    }
    assert found == COVERED
    assert {each.build for each in EXCHANGES.values()} <= COVERED


async def test_bounds_are_inclusive_and_rows_rise(side: Side) -> None:
    first = H1.floor(side.now) - 40 * HOUR
    page = await side.exchange.klines("BTCUSDT", H1, first, first + 30 * HOUR)
    assert page.column("open_time").to_pylist() == [first + i * HOUR for i in range(31)]
    assert page.schema.equals(KLINE_SCHEMA)
    assert page.column("close_time")[0].as_py() == first + HOUR - 1


async def test_a_limit_keeps_the_oldest_and_no_start_means_the_newest(side: Side) -> None:
    first = H1.floor(side.now) - 40 * HOUR
    oldest = await side.exchange.klines("BTCUSDT", H1, first, None, 3)
    assert oldest.column("open_time").to_pylist() == [first, first + HOUR, first + 2 * HOUR]
    newest = await side.exchange.klines("BTCUSDT", H1, None, first, 3)
    assert newest.column("open_time").to_pylist() == [first - 2 * HOUR, first - HOUR, first]


async def test_pages_of_a_long_range_touch_and_lose_nothing(side: Side) -> None:
    first, last = H1.floor(side.now) - 800 * HOUR, H1.floor(side.now)
    pager = Pager(side.exchange, Patience(1))
    pages = [page async for page in pager.pages(side.series(), first, last)]
    opens = [each for page in pages for each in page.column("open_time").to_pylist()]
    assert opens == list(range(first, last + 1, HOUR))
    assert all(before < after for before, after in pairwise(opens))
    assert max(page.num_rows for page in pages) <= 1000


async def test_the_running_bar_is_served_but_never_read_as_final(side: Side) -> None:
    running = H1.floor(side.now)
    page = await side.exchange.klines("BTCUSDT", H1, running - HOUR, None)
    assert page.column("open_time").to_pylist() == [running - HOUR, running]
    assert last_final_open(H1, side.now) == running - HOUR
    reading = await read(Pager(side.exchange, Patience(1)), side.series(), running - HOUR, running, side.now)
    assert reading.klines.column("open_time").to_pylist() == [running - HOUR]


async def test_prices_are_those_of_the_answer_to_the_last_digit(side: Side) -> None:
    first = H1.floor(side.now) - 5 * HOUR
    page = await side.exchange.klines("BTCUSDT", H1, first, first)
    assert page.column("open")[0].as_py() == Decimal(side.price_at(first))


async def test_its_time_and_its_markets_are_told(side: Side) -> None:
    assert await side.exchange.server_time() == side.now
    info = await side.exchange.symbol("BTCUSDT")
    assert (info.exchange, info.symbol, info.base_asset, info.quote_asset) == (
        side.exchange.exchange, "BTCUSDT", "BTC", "USDT",
    )  # fmt: skip
    assert info.status == "TRADING"
    assert info.tick_size is not None
    assert info.lot_step is not None
    assert info.tick_size > 0 < info.lot_step
    assert info in await side.exchange.markets()
    assert (await side.exchange.volumes())["BTCUSDT"] > 0


async def test_a_symbol_that_is_not_listed_is_unknown(side: Side) -> None:
    with pytest.raises(UnknownSymbol, match="NOSUCHCOIN"):
        await side.exchange.symbol("NOSUCHCOIN")


async def hourly(side: Side) -> None:
    first = H1.floor(side.now) - 10 * HOUR
    await side.exchange.klines("BTCUSDT", H1, first, first + 5 * HOUR)


@pytest.mark.parametrize(("how", "seconds"), [("limit", 700.0), ("ban", 900.0)])
async def test_a_rate_limit_says_how_long_everybody_has_to_wait(side: Side, how: str, seconds: float) -> None:
    await side.exchange.symbol("BTCUSDT")
    side.spoil(how)
    with pytest.raises(RateLimited) as refused:
        await hourly(side)
    assert refused.value.retry_after == seconds
    assert 0 < side.exchange.budget.pause(1) <= seconds


@pytest.mark.parametrize("how", ["region", "firewall"])
async def test_a_refused_address_is_no_reason_to_try_again(side: Side, how: str) -> None:
    await side.exchange.symbol("BTCUSDT")
    side.spoil(how)
    with pytest.raises(RefusedByExchange):
        await hourly(side)


@pytest.mark.parametrize("how", ["html", "cut", "empty", "down", "broken"])
async def test_an_answer_that_is_none_is_a_failure_and_not_an_empty_page(side: Side, how: str) -> None:
    await side.exchange.symbol("BTCUSDT")
    side.spoil(how)
    with pytest.raises(ExchangeUnavailable):
        await hourly(side)
    await hourly(side)

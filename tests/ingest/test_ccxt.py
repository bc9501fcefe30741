"""Exchanges read through ccxt: what the library or the exchange would lose, round or hide."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from ingest.exchanges.ccxt_answers import read_book, read_klines, read_time
from ingest.exchanges.ccxt_client import Answer
from ingest.exchanges.ccxt_clock import DateClock
from ingest.exchanges.ccxt_rest import CcxtExchange
from ingest.keeper import Keeper
from ingest.live import BookFrame, KlineFrame, LastFrame
from ingest.pager import Pager
from ingest.patience import Patience
from ingest.stream import LiveStream
from ingest.verify import verify_series
from market.errors import ExchangeUnavailable, InvalidInput
from market.interval import HOUR, Interval, Series
from market.store.memory import MemoryKlineStore, MemoryTickStore
from simulator.markets.derived import COLUMNS, derive
from tests.ingest.kraken import KEPT, scripted_kraken
from tests.ingest.okx import NOW, Okx, ccxt_at, scripted_okx
from tests.ingest.test_stream import SavedClock

H1 = Interval("1h")


@pytest.fixture
async def okx() -> AsyncIterator[tuple[Okx, CcxtExchange]]:
    async with scripted_okx() as opened:
        yield opened


async def test_a_window_without_candles_does_not_end_a_range(okx: tuple[Okx, CcxtExchange]) -> None:
    script, exchange = okx
    last = H1.floor(NOW)
    script.list_since(last - 900 * HOUR, gap=(last - 800 * HOUR, last - 100 * HOUR))
    page = await exchange.klines("BTCUSDT", H1, last - 790 * HOUR, last)
    assert page.column("open_time")[0].as_py() == last - 100 * HOUR


async def test_the_first_candle_is_found_where_a_range_begins_before_it(
    okx: tuple[Okx, CcxtExchange],
) -> None:
    script, exchange = okx
    listed = H1.floor(NOW) - 20_000 * HOUR
    script.list_since(listed)
    first = await exchange.klines("BTCUSDT", Interval("1m"), 0, None, 1)
    assert first.column("open_time").to_pylist() == [listed]
    assert len(script.asked) < 12
    assert exchange.budget.spent == len(script.asked)
    assert (await exchange.klines("BTCUSDT", Interval("1m"), 0, listed - 1)).num_rows == 0


async def test_the_first_candle_is_found_where_fine_ones_are_kept_for_a_while(
    okx: tuple[Okx, CcxtExchange],
) -> None:
    script, exchange = okx
    listed, kept_since = H1.floor(NOW) - 20_000 * HOUR, H1.floor(NOW) - 30 * HOUR + 7 * 60_000
    script.list_since(listed)
    script.candles["1m"] = [each for each in script.candles["1m"] if each >= kept_since]
    first = await exchange.klines("BTCUSDT", Interval("1m"), 0, None, 1)
    assert first.column("open_time").to_pylist() == [kept_since]
    assert len(script.asked) < 60


async def test_an_exchange_that_keeps_little_and_knows_no_end_of_a_range_is_read_as_far_as_it_goes() -> None:
    async with scripted_kraken() as exchange:
        step, newest = 60_000, NOW // 60_000 * 60_000
        kept_since = newest - (KEPT - 1) * step
        pager = Pager(exchange, Patience(1))
        assert await pager.first(Series("kraken", "BTCUSD", Interval("1m"))) == kept_since
        start = newest - 30 * 24 * HOUR
        pages = [
            page
            async for page in pager.pages(Series("kraken", "BTCUSD", Interval("1m")), start, newest - step)
        ]
        opens = [each for page in pages for each in page.column("open_time").to_pylist()]
        assert opens == list(range(kept_since, newest, step))
        info = await exchange.symbol("BTCUSD")
        assert (info.base_asset, info.tick_size, info.lot_step) == (
            "BTC",
            Decimal("0.1"),
            Decimal("0.00000001"),
        )


async def test_numbers_without_quotes_stay_exact_too(okx: tuple[Okx, CcxtExchange]) -> None:
    script, exchange = okx
    script.price = "37012.12345678901234"
    page = await exchange.klines("BTCUSDT", H1, H1.floor(NOW) - HOUR, None)
    assert page.column("close").to_pylist() == [Decimal("37012.12345678901234")] * 2


async def test_what_the_library_does_not_tell_is_derived_and_declared(okx: tuple[Okx, CcxtExchange]) -> None:
    _, exchange = okx
    info = await exchange.symbol("btc/usdt")
    assert info.derived == ("close_time", "quote_volume", "trades", "taker_base_volume", "taker_quote_volume")
    row = (await exchange.klines("BTCUSDT", H1, H1.floor(NOW), None)).to_pylist()[0]
    assert row["quote_volume"] == Decimal("2.5") * Decimal("37012.1")
    assert (row["trades"], row["taker_base_volume"]) == (92, Decimal("1.25"))


@pytest.mark.parametrize(
    "book",
    [{}, {"bids": [], "asks": [["2", "1"]]}, {"bids": [[None, "1"], ["x", "1"]], "asks": [["2", "1"]]}],
)
def test_a_book_without_a_number_on_one_side_is_no_quote(book: dict[str, Any]) -> None:
    assert read_book(book) is None


@pytest.mark.parametrize("told", [None, "nan", 0])
def test_an_exchange_that_does_not_tell_its_time_has_failed(told: object) -> None:
    with pytest.raises(ExchangeUnavailable, match="time cannot be read"):
        read_time(told)


async def test_quotes_are_asked_for_and_the_order_of_a_book_is_not_trusted(
    okx: tuple[Okx, CcxtExchange],
) -> None:
    _, exchange = okx
    followed = [Series("okx", name, H1) for name in ("BTCUSDT", "ETHUSDT")]
    stream = exchange.frames(followed)
    frames = [await anext(stream) for _ in range(6)]
    await stream.aclose()
    books = {each.symbol: each for each in frames if isinstance(each, BookFrame)}
    assert (books["BTCUSDT"].bid, books["BTCUSDT"].ask_quantity) == (Decimal("37012.1"), Decimal("1.5"))
    eth = books["ETHUSDT"]
    assert (eth.bid, eth.bid_quantity, eth.ask, eth.ask_quantity) == (
        Decimal("9.6"), Decimal(4), Decimal("9.7"), Decimal("3.3"),
    )  # fmt: skip
    assert [each.last for each in frames if isinstance(each, LastFrame)] == [Decimal("37012.15")] * 2
    assert {each.key for each in frames if isinstance(each, KlineFrame)} == {
        ("BTCUSDT", "1h"),
        ("ETHUSDT", "1h"),
    }


async def test_an_interval_that_the_exchange_does_not_have_is_refused(okx: tuple[Okx, CcxtExchange]) -> None:
    with pytest.raises(InvalidInput, match="okx has no 8h candles, only 1m"):
        await okx[1].klines("BTCUSDT", Interval("8h"), 0, None)


async def test_a_name_that_two_markets_share_is_refused(okx: tuple[Okx, CcxtExchange]) -> None:
    script, exchange = okx
    script.listed = {"ABC-DUSDT": "live", "ABCD-USDT": "live", "OLD-USDT": "suspend"}
    assert (await exchange.symbol("OLDUSDT")).status == "INACTIVE"
    with pytest.raises(InvalidInput, match="ABC/DUSDT and ABCD/USDT on okx"):
        await exchange.symbol("ABCDUSDT")


def test_an_exchange_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InvalidInput, match="unknown exchange 'nowhere'"):
        ccxt_at("nowhere", "")


def test_the_library_is_named_with_its_command_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ccxt.async_support", None)
    with pytest.raises(
        InvalidInput, match=r"pip install --no-deps --require-hashes -r up/requirements-exchanges.lock"
    ):
        ccxt_at("okx", "")


def test_our_clock_is_moved_as_little_as_the_date_of_an_answer_demands() -> None:
    ours = [1_700_000_000.25]
    clock = DateClock(lambda: ours[0])
    moments = []
    for header in ("Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 22:13:25 GMT", "nonsense"):
        clock.observe({"date": header})
        moments.append(clock.now() - 1_700_000_000_000)
    ours[0] += 60
    clock.observe({"Date": "Tue, 14 Nov 2023 22:14:00 GMT"})
    assert [*moments, clock.now() - 1_700_000_000_000] == [250, 5_000, 5_000, 41_000]


def test_derived_columns_follow_the_rule_of_recorded_markets() -> None:
    text = ["1700000000", "1.1", "1.9", "0.7", "1.3", "12345.678"]
    opened = H1.floor(NOW)
    ours = read_klines([[str(opened), *text[1:]]], Answer(), H1, opened, opened).to_pylist()[0]
    units = [opened, *(int(Decimal(each).scaleb(8)) for each in text[1:]), 0, 0, 0, 0, 0]
    bars = np.array([units], np.int64)
    derive(bars, H1)
    names = (None, "open", "high", "low", "close", "volume")
    theirs = dict(zip((*names, *COLUMNS), bars[0].tolist(), strict=True))
    for name in ("quote_volume", "taker_base_volume", "taker_quote_volume"):
        assert ours[name] == Decimal(theirs[name]).scaleb(-8)
    assert (ours["close_time"], ours["trades"]) == (theirs["close_time"], theirs["trades"])


async def test_a_polled_exchange_is_followed_like_a_streamed_one(okx: tuple[Okx, CcxtExchange]) -> None:
    script, exchange = okx
    script.speed = 60
    klines = MemoryKlineStore()
    ticks = MemoryTickStore(klines)
    with closing(Keeper(klines, Patience(None))) as keeper:
        live = LiveStream(exchange, keeper, ticks, SavedClock(), timedelta(days=7))
        task = asyncio.create_task(live.run([("BTCUSDT", Interval("1m"))]))
        series = Series("okx", "BTCUSDT", Interval("1m"))
        try:
            async with asyncio.timeout(60):
                while not klines.series() or (klines.last_confirmed(series) or 0) < NOW + 3 * 60_000:
                    await asyncio.sleep(0.1)
                while not ticks.read("okx", "BTCUSDT", 0, 1 << 50, limit=1):
                    await asyncio.sleep(0.1)
        finally:
            task.cancel()
            await asyncio.wait([task])
    assert list(verify_series(klines, series, script.now())) == []
    assert ticks.read("okx", "BTCUSDT", 0, 1 << 50, limit=1)[0].last == Decimal("37012.15")

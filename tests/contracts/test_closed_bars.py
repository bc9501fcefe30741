"""The contract of `write_closed`: what streams call closed, of many series at once."""

from decimal import Decimal

import pytest

from market.errors import InvalidInput
from market.interval import HOUR, Interval, Series
from market.kline import Finality, Kline, Source, klines_to_rows
from market.ports import Change, WriteResult
from tests.contracts.candles import page
from tests.contracts.conftest import MarketStores

FOREVER = 1 << 45


def bar(at: int, price: str = "1") -> Kline:
    return klines_to_rows(page({at: price}))[0]


def held(stores: MarketStores, series: Series) -> list[tuple[int, Decimal, str, str]]:
    rows = stores.klines.read(series, 0, FOREVER).to_pylist()
    return [(row["open_time"] // HOUR, row["close"], row["source"], row["finality"]) for row in rows]


def test_closes_of_many_series_are_written_at_once_with_a_line_for_each(stores: MarketStores) -> None:
    btc, eth = stores.series(), stores.series("ETHUSDT")
    bars = [(eth, bar(3)), (btc, bar(2, "1.00000001")), (btc, bar(1))]
    assert stores.klines.write_closed(bars, now=9) == WriteResult(inserted=3)
    assert held(stores, btc) == [
        (1, 1, "stream", "closed"),
        (2, Decimal("1.00000001"), "stream", "closed"),
    ]
    assert held(stores, eth) == [(3, 1, "stream", "closed")]
    assert stores.changes.read(0) == [
        Change(1, "klines", str(btc), 1 * HOUR, 2 * HOUR),
        Change(2, "klines", str(eth), 3 * HOUR, 3 * HOUR),
    ]


def test_a_close_that_is_there_already_changes_nothing_and_says_nothing(stores: MarketStores) -> None:
    btc = stores.series()
    stores.klines.write_closed([(btc, bar(1))], now=9)
    head = stores.changes.head()
    assert stores.klines.write_closed([(btc, bar(1))], now=9) == WriteResult(unchanged=1)
    assert stores.changes.head() == head


def test_of_a_close_that_is_there_twice_the_last_counts(stores: MarketStores) -> None:
    btc = stores.series()
    stores.klines.write_closed([(btc, bar(1, "5")), (btc, bar(1, "6"))], now=9)
    assert stores.klines.write_closed([(btc, bar(1, "7"))], now=9) == WriteResult(changed=1)
    assert held(stores, btc) == [(1, 7, "stream", "closed")]
    assert stores.klines.revisions(btc) == []


def test_a_close_never_replaces_what_is_confirmed_or_withdrawn(stores: MarketStores) -> None:
    btc = stores.series()
    for bars in ({1: "5", 2: "5"}, {1: "5"}):
        stores.klines.write(
            btc,
            page(bars),
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=9,
            covered=(0, 3 * HOUR),
        )
    head = stores.changes.head()
    result = stores.klines.write_closed([(btc, bar(1, "6")), (btc, bar(2, "6")), (btc, bar(3))], now=9)
    assert result.inserted == 1
    assert result.changed == 0
    assert held(stores, btc) == [(1, 5, "rest", "confirmed"), (3, 1, "stream", "closed")]
    assert stores.changes.read(head) == [Change(head + 1, "klines", str(btc), 3 * HOUR, 3 * HOUR)]


def test_nothing_of_it_is_written_when_one_series_is_not_registered(stores: MarketStores) -> None:
    btc = stores.series()
    unknown = Series("binance", "NOSUCH", Interval("1h"))
    with pytest.raises(InvalidInput, match="NOSUCH"):
        stores.klines.write_closed([(btc, bar(1)), (unknown, bar(1))], now=9)
    assert held(stores, btc) == []


def test_no_closes_are_no_work(stores: MarketStores) -> None:
    assert stores.klines.write_closed([], now=9) == WriteResult()

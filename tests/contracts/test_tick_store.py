"""The contract of every tick store."""

from decimal import Decimal

import pytest

from market.errors import InvalidInput, InvalidMarketData
from market.ports import Change
from market.tick import Tick
from tests.contracts.conftest import MarketStores


def tick(time: int, last: str = "3", symbol: str = "BTCUSDT") -> Tick:
    return Tick(
        "binance", symbol, time, Decimal(2), Decimal("0.5"), Decimal(4), Decimal("0.25"), Decimal(last)
    )


def test_samples_come_back_exactly_and_by_time(stores: MarketStores) -> None:
    stores.series()
    exact = [tick(20, "3.00000000000001"), tick(10)]
    assert stores.ticks.write(exact) == 2
    assert stores.ticks.read("binance", "BTCUSDT", 0, 100, limit=10) == exact[::-1]


def test_a_sample_is_stored_once(stores: MarketStores) -> None:
    stores.series()
    assert stores.ticks.write([tick(1), tick(2)]) == 2
    assert stores.ticks.write([tick(2, "9"), tick(3)]) == 1
    assert [each.last for each in stores.ticks.read("binance", "BTCUSDT", 2, 3, limit=1)] == [Decimal(3)]
    assert stores.changes.read(0) == [
        Change(1, "ticks", "binance/BTCUSDT", 1, 2),
        Change(2, "ticks", "binance/BTCUSDT", 3, 3),
    ]


def test_nothing_new_leaves_no_line(stores: MarketStores) -> None:
    stores.series()
    stores.ticks.write([tick(1)])
    assert stores.ticks.write([tick(1)]) == 0
    assert stores.ticks.write([]) == 0
    assert stores.changes.head() == 1


def test_a_limited_read_takes_the_oldest_or_the_newest(stores: MarketStores) -> None:
    stores.series()
    stores.ticks.write([tick(time) for time in range(10)])
    read = stores.ticks.read
    assert [each.time for each in read("binance", "BTCUSDT", 2, 8, limit=2)] == [2, 3]
    assert [each.time for each in read("binance", "BTCUSDT", 2, 8, limit=2, newest=True)] == [6, 7]


def test_purging_deletes_what_is_older_and_tells_followers_which_range(stores: MarketStores) -> None:
    stores.series()
    stores.series("ETHUSDT")
    stores.ticks.write([tick(time) for time in range(10, 6_000, 1)])
    stores.ticks.write([tick(5, symbol="ETHUSDT"), tick(9_000, symbol="ETHUSDT")])
    head = stores.changes.head()
    assert stores.ticks.purge(5_990) == 5_981
    lines = [line for line in stores.changes.read(head) if line.series == "binance/BTCUSDT"]
    assert (lines[0].from_time, lines[-1].to_time) == (10, 5_989)
    assert next(line for line in stores.changes.read(head) if line.series == "binance/ETHUSDT").to_time == 5
    assert len(stores.ticks.read("binance", "BTCUSDT", 0, 10_000, limit=100)) == 10
    assert stores.ticks.purge(5_990) == 0


def test_a_value_that_does_not_fit_is_refused_and_nothing_of_its_batch_stays(stores: MarketStores) -> None:
    stores.series()
    with pytest.raises(InvalidMarketData, match="does not fit exactly"):
        stores.ticks.write([tick(1), tick(2, "3.000000000000001")])
    assert stores.ticks.read("binance", "BTCUSDT", 0, 10, limit=10) == []


def test_a_symbol_has_to_be_registered(stores: MarketStores) -> None:
    with pytest.raises(InvalidInput, match="binance/BTCUSDT is not in the store"):
        stores.ticks.write([tick(1)])
    with pytest.raises(InvalidInput, match="binance/BTCUSDT is not in the store"):
        stores.ticks.read("binance", "BTCUSDT", 0, 1, limit=1)

"""What every kline store keeps of a market besides its candles."""

from dataclasses import replace
from decimal import Decimal

from market.interval import Interval
from market.ports import SymbolInfo
from tests.contracts.conftest import INFO, MarketStores

H1, M1 = Interval("1h"), Interval("1m")
FULL = replace(INFO, tick_size=Decimal("0.01"), lot_step=Decimal("0.00001"), listed_at=1_502_942_400_000)


def kept(stores: MarketStores) -> SymbolInfo:
    return stores.klines.series()[0].info


def test_steps_and_listing_time_come_back_exactly(stores: MarketStores) -> None:
    stores.klines.register(FULL, H1)
    assert kept(stores) == FULL


def test_what_a_later_answer_does_not_know_stays(stores: MarketStores) -> None:
    stores.klines.register(FULL, H1)
    stores.klines.register(replace(INFO, status="HALT"), H1)
    assert kept(stores) == replace(FULL, status="HALT")


def test_a_new_tick_size_replaces_the_old_one(stores: MarketStores) -> None:
    stores.klines.register(FULL, H1)
    stores.klines.register(replace(INFO, tick_size=Decimal("0.1")), H1)
    assert kept(stores).tick_size == Decimal("0.1")


def test_the_earlier_of_two_listing_times_is_kept(stores: MarketStores) -> None:
    for listed_at in (None, 2_000, 1_000, 3_000):
        stores.klines.register(replace(INFO, listed_at=listed_at), M1)
    assert kept(stores).listed_at == 1_000


def test_nothing_is_made_up_for_a_market_that_tells_nothing(stores: MarketStores) -> None:
    stores.klines.register(INFO, H1)
    assert kept(stores) == INFO

"""Trades inside candles: consecutive ids, and sums that are the candles."""

from __future__ import annotations

import numpy as np
import pytest

from market.interval import DAY, HOUR, MINUTE, SECOND, Interval
from simulator.bars import CLOSE_TIME, HIGH, LOW, OPEN_TIME, TRADES, VOLUME
from simulator.markets.folder import Recording
from simulator.markets.generated import GeneratedMarket
from simulator.markets.recorded import RecordedMarket
from simulator.paging import window
from simulator.trades import Tape
from tests.simulator.times import NOW

OPEN_MINUTE = NOW // MINUTE * MINUTE
MIDNIGHT = NOW // DAY * DAY


@pytest.fixture(scope="module")
def tape(generated: GeneratedMarket) -> Tape:
    return Tape(generated)


@pytest.mark.parametrize("symbol", ["BTCUSDT", "XRPUSDT", "NEWUSDT"])
def test_the_trades_of_a_minute_are_its_candle(generated: GeneratedMarket, tape: Tape, symbol: str) -> None:
    listing = generated.listings(NOW)[symbol]
    (bar,) = generated.bars(symbol, Interval("1m"), window(OPEN_MINUTE - MINUTE, None, 1), NOW)
    first = tape.next_id(listing, OPEN_MINUTE - MINUTE)
    found = tape.between(listing, int(bar[OPEN_TIME]), int(bar[CLOSE_TIME]), 5_000, NOW)
    assert [trade.id for trade in found] == list(range(first, first + int(bar[TRADES])))
    assert tape.next_id(listing, OPEN_MINUTE) == first + int(bar[TRADES])
    assert sum(trade.quantity for trade in found) == bar[VOLUME]
    assert all(trade.quantity > 0 and trade.quantity % listing.lot == 0 for trade in found)
    assert all(bar[LOW] <= trade.price <= bar[HIGH] and trade.price % listing.tick == 0 for trade in found)


def test_ids_go_on_over_midnight_and_over_years(generated: GeneratedMarket, tape: Tape) -> None:
    listing = generated.listings(NOW)["ETHUSDT"]
    for night in (MIDNIGHT, MIDNIGHT - 400 * DAY):
        found = tape.between(listing, night - MINUTE, night + MINUTE, 2_000, NOW)
        assert [trade.id for trade in found] == list(range(found[0].id, found[0].id + len(found)))
        assert found[0].time < night < found[-1].time
    days = generated.bars("ETHUSDT", Interval("1d"), window(MIDNIGHT - 400 * DAY, None, 400), NOW)
    passed = tape.next_id(listing, MIDNIGHT) - tape.next_id(listing, MIDNIGHT - 400 * DAY)
    assert passed == days[:, TRADES].sum()


def test_every_way_of_asking_finds_the_same_trades(generated: GeneratedMarket, tape: Tape) -> None:
    listing = generated.listings(NOW)["BTCUSDT"]
    newest = tape.newest(listing, 700, NOW)
    assert len(newest) == 700
    assert NOW - 2 * SECOND < newest[-1].time < NOW
    assert tape.from_id(listing, newest[100].id, 600, NOW) == newest[100:]
    assert tape.between(listing, newest[100].time, NOW, 600, NOW) == newest[100:]
    assert Tape(generated).newest(listing, 700, NOW) == newest
    assert tape.from_id(listing, newest[-1].id + 1, 10, NOW) == []
    assert tape.newest(listing, 700, newest[-1].time)[-1] == newest[-2]


def test_an_id_before_the_first_trade_means_the_first(generated: GeneratedMarket, tape: Tape) -> None:
    listing = generated.listings(NOW)["NEWUSDT"]
    (first,) = generated.bars("NEWUSDT", Interval("1m"), window(0, None, 1), NOW)
    oldest = tape.from_id(listing, 0, 3, NOW)
    assert first[OPEN_TIME] <= oldest[0].time <= first[CLOSE_TIME]
    assert oldest[0].aggregate + 1 == oldest[1].aggregate


def test_a_recorded_hour_is_made_of_its_trades() -> None:
    hours = np.array(
        [
            [at * HOUR, 500, 900, 300, 600, 7_000, (at + 1) * HOUR - 1, 4 * 10**6, count, 0, 0]
            for at, count in ((480_000, 4), (480_001, 0), (480_003, 7))
        ]
    )
    hours[1, VOLUME] = 0
    market = RecordedMarket([Recording("BTCUSDT", Interval("1h"), hours, derived=False)])
    tape, listing = Tape(market), market.listings(0)["BTCUSDT"]
    end = 480_004 * HOUR
    found = tape.from_id(listing, 0, 100, end)
    assert [trade.id for trade in found] == list(range(found[0].id, found[0].id + 11))
    assert [trade.time for trade in found[:4]] == [
        480_000 * HOUR + quarter * HOUR // 4 - 1 for quarter in (1, 2, 3, 4)
    ]
    assert sum(trade.quantity for trade in found[4:]) == 7_000
    assert tape.next_id(listing, 480_003 * HOUR) == found[4].id
    assert tape.newest(listing, 2, 480_003 * HOUR) == found[2:4]

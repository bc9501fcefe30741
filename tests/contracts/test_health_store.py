"""The contract of every health store."""

import pytest

from market.coverage import Hole, HoleReason
from market.errors import InvalidInput
from market.interval import HOUR, MINUTE, Series
from market.kline import Finality, Source
from market.ports import Health, Pulse, Recheck
from tests.contracts.candles import page
from tests.contracts.conftest import MarketStores

LATE = 3 * HOUR + 7 * MINUTE


def confirmed(stores: MarketStores, bars: dict[int, str], *holes: Hole) -> Series:
    """Candles that REST confirmed, four hours covered."""
    series = stores.series()
    stores.klines.write(
        series,
        page(bars),
        finality=Finality.CONFIRMED,
        source=Source.REST,
        now=1,
        covered=(0, 4 * HOUR),
        holes=holes,
    )
    return series


def lines(stores: MarketStores) -> int:
    return sum(line.stream == "quality" for line in stores.changes.read(0))


def test_a_row_joins_what_the_ingester_counts_with_what_the_store_holds(stores: MarketStores) -> None:
    hole = Hole(HOUR, 2 * HOUR, 1, HoleReason.OUTAGE, "asked twice")
    series = confirmed(stores, {0: "1", 2: "3"}, hole)
    confirmed(stores, {0: "2", 2: "3"}, hole)
    pulse = Pulse(series, LATE, 2, 3, 4, 5, 600, 3_600)
    assert stores.health.save([pulse]) == [Health(pulse, 3 * HOUR - 1, 0, 1, 1, 1)]
    assert stores.health.read() == [Health(pulse, 3 * HOUR - 1, 0, 1, 1, 1)]


def test_lag_counts_from_the_close_of_the_first_candle_that_is_missing(stores: MarketStores) -> None:
    series = confirmed(stores, {0: "1"})
    [health] = stores.health.save([Pulse(series, LATE)])
    assert (health.last_close, health.lag_ms) == (HOUR - 1, HOUR + 7 * MINUTE + 1)


def test_a_series_without_candles_has_neither_close_nor_lag(stores: MarketStores) -> None:
    [health] = stores.health.save([Pulse(stores.series(), LATE)])
    assert (health.last_close, health.lag_ms, health.counts) == (None, None, (0,) * 7)


def test_only_news_and_every_minute_make_a_line_of_the_change_log(stores: MarketStores) -> None:
    series = confirmed(stores, {0: "1"})
    before = lines(stores)
    seen = []
    for pulse in (
        Pulse(series, LATE),  # the first row
        Pulse(series, LATE + 15_000, weight_used=9),  # nothing but times and weight
        Pulse(series, LATE + 30_000, reconnects=1),  # a count changed
        Pulse(series, LATE + 75_000, reconnects=1),
        Pulse(series, LATE + 90_000, reconnects=1),  # a minute after the line before
    ):
        stores.health.save([pulse])
        seen.append(lines(stores) - before)
    assert seen == [1, 1, 2, 2, 3]
    assert stores.changes.read(0)[-1].series == str(series)


def test_rows_of_several_series_are_saved_together_and_read_in_order(stores: MarketStores) -> None:
    minutes, hours = stores.series("ETHUSDT", "1m"), stores.series("BTCUSDT", "1h")
    stores.health.save([Pulse(minutes, 5), Pulse(hours, 6)])
    assert [(each.pulse.series, each.pulse.at) for each in stores.health.read()] == [(hours, 6), (minutes, 5)]


def test_nothing_is_saved_when_one_series_is_unknown(stores: MarketStores) -> None:
    known, unknown = stores.series(), Series.of("binance", "NOSUCH", "1h")
    with pytest.raises(InvalidInput):
        stores.health.save([Pulse(known, 1), Pulse(unknown, 1)])
    assert stores.health.read() == []


def test_the_progress_of_re_reading_is_remembered_per_series(stores: MarketStores) -> None:
    series, other = stores.series(), stores.series("ETHUSDT")
    assert stores.health.recheck(series) is None
    stores.health.save_recheck(series, Recheck(5, 0, 9))
    stores.health.save_recheck(series, Recheck(7, 1, 10))
    assert (stores.health.recheck(series), stores.health.recheck(other)) == (Recheck(7, 1, 10), None)

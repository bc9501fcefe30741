"""Rows as text: the same rows, the same exact values, on every store."""

from decimal import Decimal

from market.interval import HOUR, Interval, Series
from market.kline import STORED_SCHEMA, Finality, Source, klines_from_rows
from market.ports import TICK_SCHEMA
from market.tick import Tick
from tests.contracts.conftest import INFO, MarketStores

ODD = ["0.00000000000001", "9999999999999999.99999999999999", "0.00000000000001", "100"]
VOLUMES = ["0", "99999999999999999999.999999999999", "0.000000000001", "0.5"]


def written(stores: MarketStores) -> Series:
    series = stores.series()
    rows = [
        [at * HOUR, *ODD, VOLUMES[0], at * HOUR + HOUR - 1, VOLUMES[1], 100, *VOLUMES[2:]] for at in range(5)
    ]
    stores.klines.write(
        series, klines_from_rows(rows), finality=Finality.CONFIRMED, source=Source.ARCHIVE, now=1
    )
    return series


def test_every_value_is_exact_and_plain(stores: MarketStores) -> None:
    series = written(stores)
    row = stores.klines.read_text(series, 0, HOUR, limit=9).to_pylist()[0]
    assert list(row.values()) == [
        "0", *ODD, VOLUMES[0], "3599999", VOLUMES[1], "100", *VOLUMES[2:], "archive", "confirmed",
    ]  # fmt: skip


def test_text_and_numbers_are_the_same_rows(stores: MarketStores) -> None:
    series = written(stores)
    for newest in (False, True):
        text = stores.klines.read_text(series, HOUR, 5 * HOUR, limit=3, newest=newest)
        numbers = stores.klines.read(series, HOUR, 5 * HOUR, limit=3, newest=newest)
        assert text.cast(STORED_SCHEMA).equals(numbers)


def test_no_rows_are_text_without_rows(stores: MarketStores) -> None:
    series = stores.series()
    assert stores.klines.read_text(series, 0, HOUR, limit=1).column_names == STORED_SCHEMA.names
    assert stores.ticks.read_text("binance", "BTCUSDT", 0, 1, limit=1).column_names == TICK_SCHEMA.names


def test_samples_are_text_in_the_same_order(stores: MarketStores) -> None:
    stores.series()
    quantity = Decimal("0.5")
    stores.ticks.write(
        [
            Tick("binance", "BTCUSDT", at, Decimal(1), quantity, Decimal(2), quantity, Decimal(3))
            for at in range(9)
        ]
    )
    for newest in (False, True):
        text = stores.ticks.read_text("binance", "BTCUSDT", 2, 8, limit=2, newest=newest)
        ticks = stores.ticks.read("binance", "BTCUSDT", 2, 8, limit=2, newest=newest)
        assert text.column("time").to_pylist() == [str(each.time) for each in ticks]
    assert list(text.to_pylist()[0].values()) == ["6", "1", "0.5", "2", "0.5", "3"]


def test_what_is_registered_is_listed_with_its_market(stores: MarketStores) -> None:
    assert stores.klines.listed() == []
    first, second = stores.series(), stores.klines.register(INFO, Interval("1m"))
    assert stores.klines.listed() == [(first, INFO), (second, INFO)]
    assert stores.klines.listed() == [(each.series, each.info) for each in stores.klines.series()]


def test_readable_rows_are_counted_by_open_time(stores: MarketStores) -> None:
    series = written(stores)
    running = [5 * HOUR, *ODD, VOLUMES[0], 6 * HOUR - 1, VOLUMES[1], 100, *VOLUMES[2:]]
    stores.klines.write(
        series, klines_from_rows([running]), finality=Finality.RUNNING, source=Source.STREAM, now=1
    )
    spans = ((0, 9 * HOUR), (HOUR, 3 * HOUR), (7 * HOUR, 9 * HOUR))
    assert [stores.klines.count(series, *span) for span in spans] == [5, 2, 0]

"""A process that writes page after page until it is killed (see test_store_faults.py)."""

from market.interval import HOUR, Series
from market.kline import Finality, Source
from market.store import Database, MySQLKlineStore, StoreSettings
from tests.contracts.candles import page

BARS_A_PAGE = 50
SERIES = Series.of("binance", "BTCUSDT", "1h")


def write_on(settings: StoreSettings) -> None:
    store = MySQLKlineStore(Database(settings, "ingest"))
    last = store.last_confirmed(SERIES)
    first = 0 if last is None else last // HOUR + 1
    while True:
        store.write(
            SERIES,
            page(dict.fromkeys(range(first, first + BARS_A_PAGE), "5")),
            finality=Finality.CONFIRMED,
            source=Source.REST,
            now=1,
            covered=(first * HOUR, (first + BARS_A_PAGE) * HOUR),
        )
        first += BARS_A_PAGE

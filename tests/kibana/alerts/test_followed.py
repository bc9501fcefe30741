"""Which series are watched."""

from kibana.alerts.followed import followed, stored
from kibana.alerts.settings import WatchSettings
from market.interval import MINUTE, Series
from market.ports import Health, Pulse, SeriesStatus, SymbolInfo

NOW = 1_700_000_000_000
SETTINGS = WatchSettings(exchange="simulated", symbols="BTCUSDT,ETHUSDT")


def health(symbol, at=NOW, exchange="simulated"):
    return Health(Pulse(Series.of(exchange, symbol, "1m"), at), NOW, 0)


def test_series_that_an_ingester_writes_about_are_watched():
    watched = followed(SETTINGS, [health("BTCUSDT"), health("ETHUSDT")])
    assert [each.symbol for each in watched.series] == ["BTCUSDT", "ETHUSDT"]
    assert watched.exchange == "simulated"


def test_a_series_that_was_taken_off_the_list_is_not():
    assert not followed(SETTINGS, [health("XRPUSDT"), health("BTCUSDT", exchange="binance")]).series
    left = followed(SETTINGS, [health("BTCUSDT"), health("ETHUSDT", at=NOW - 11 * MINUTE)])
    assert [each.symbol for each in left.series] == ["BTCUSDT"]


def test_a_dead_ingester_stops_all_series_at_once_and_they_stay_watched():
    long_ago = NOW - 1_000 * MINUTE
    assert len(followed(SETTINGS, [health("BTCUSDT", long_ago), health("ETHUSDT", long_ago)]).series) == 2


def test_before_an_ingester_runs_the_wanted_series_that_are_stored_are_watched():
    def status(symbol):
        info = SymbolInfo("simulated", symbol, symbol[:3], "USDT", "TRADING")
        return SeriesStatus(Series.of("simulated", symbol, "1h"), info, 0, None, None, 0, 0, 0)

    watched = stored(SETTINGS, [status("XRPUSDT"), status("ETHUSDT")])
    assert [each.symbol for each in watched.series] == ["ETHUSDT"]

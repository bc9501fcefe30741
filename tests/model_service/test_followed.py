from market.interval import Series
from model_service.settings import ModelSettings


def series(*names: str) -> list[Series]:
    return [Series.parse(name) for name in names]


def test_stored_series_of_every_exchange_that_is_named_are_modelled() -> None:
    known = series(
        "binance/BTCUSDT/1h", "binance/ETHUSDT/1m", "okx/BTCUSDT/1h", "okx/ETHUSDT/1h", "kraken/BTCEUR/1h"
    )
    settings = ModelSettings(exchange="binance", symbols="*USDT,okx:BTCUSDT", history="1h:1 year,1m:1 day")
    assert settings.followed(known) == series("binance/BTCUSDT/1h", "binance/ETHUSDT/1m", "okx/BTCUSDT/1h")

"""Symbols with an oddity: thin, announced, delisted, halted, with cancelling only, with another script."""

from __future__ import annotations

import numpy as np
import pytest

from market.interval import DAY, HOUR, MINUTE, Interval
from simulator.bars import CLOSE, HIGH, LOW, OPEN, OPEN_TIME, TRADES, VOLUME, Bars, aggregate
from simulator.markets.generated import GeneratedMarket
from simulator.markets.odd_symbols import ODD_SYMBOLS
from simulator.markets.symbols import symbols
from simulator.paging import Window, window
from simulator.quotes import quote
from tests.simulator.times import LISTED, NOW, START
from tests.simulator_fixture import start_simulator

ENDED = {name: each.ending for name, each in ODD_SYMBOLS.items() if each.ending}


@pytest.fixture(scope="module")
def odd() -> GeneratedMarket:
    """The generated market of seed 7 with every odd symbol."""
    return GeneratedMarket(symbols(list(ODD_SYMBOLS), LISTED, ODD_SYMBOLS), seed=7)


def bars(market: GeneratedMarket, symbol: str, interval: str, start: int, end: int) -> Bars:
    return market.bars(symbol, Interval(interval), Window(start, end - 1, 10**6, newest=False), NOW)


def test_odd_symbols_change_nothing_about_the_others(
    odd: GeneratedMarket, generated: GeneratedMarket
) -> None:
    for name in ("BTCUSDT", "ETHUSDT", "XRPUSDT"):
        one, other = (bars(each, name, "1m", NOW - DAY, NOW) for each in (odd, generated))
        assert np.array_equal(one, other)


def test_a_thin_symbol_has_flat_minutes_without_trades(odd: GeneratedMarket) -> None:
    rows = bars(odd, "THINUSDT", "1m", NOW - 5 * DAY, NOW - DAY)
    idle = rows[:, VOLUME] == 0
    assert len(rows) == 4 * DAY // MINUTE
    assert 0.5 < idle.mean() < 0.65
    assert (rows[idle, TRADES] == 0).all()
    assert (rows[~idle, TRADES] > 0).all()
    assert (rows[idle][:, OPEN : CLOSE + 1] == rows[idle][:, [OPEN]]).all()
    assert (rows[1:, OPEN] == rows[:-1, CLOSE]).all()
    assert (rows[:, HIGH] >= rows[:, [OPEN, CLOSE]].max(axis=1)).all()
    assert (rows[:, LOW] <= rows[:, [OPEN, CLOSE]].min(axis=1)).all()


def test_the_bars_of_a_thin_symbol_still_add_up(odd: GeneratedMarket) -> None:
    start = NOW // HOUR * HOUR - 5 * HOUR
    minutes = aggregate(bars(odd, "THINUSDT", "1s", start, start + HOUR), Interval("1m"))
    assert np.array_equal(minutes, bars(odd, "THINUSDT", "1m", start, start + HOUR))
    hours = aggregate(bars(odd, "THINUSDT", "1m", start, start + 4 * HOUR), Interval("1h"))
    assert np.array_equal(hours, bars(odd, "THINUSDT", "1h", start, start + 4 * HOUR))


@pytest.mark.parametrize("interval", ["1s", "1m", "1h", "3d", "1w", "1M"])
def test_an_announced_symbol_is_listed_without_bars(odd: GeneratedMarket, interval: str) -> None:
    listing = odd.listings(NOW)["SOONUSDT"]
    begins = ODD_SYMBOLS["SOONUSDT"].listed_at
    assert not len(odd.bars("SOONUSDT", Interval(interval), window(0, None), NOW))
    assert not len(odd.bars("SOONUSDT", Interval(interval), window(None, None), begins - 1))
    assert quote(odd, listing, NOW) is None
    assert len(odd.bars("SOONUSDT", Interval(interval), window(None, None), begins + HOUR))


@pytest.mark.parametrize(("name", "status"), [(name, each.status) for name, each in ENDED.items()])
def test_a_symbol_has_its_status_from_the_end_of_trading_on(
    odd: GeneratedMarket, name: str, status: str
) -> None:
    at = ENDED[name].at
    assert odd.listings(at - 1)[name].status == "TRADING"
    assert odd.listings(at)[name].status == status


@pytest.mark.parametrize(("name", "flat_minutes"), [("OLDUSDT", 0), ("HALTUSDT", 20)])
def test_bars_end_with_trading_or_some_flat_ones_later(
    odd: GeneratedMarket, name: str, flat_minutes: int
) -> None:
    at = ENDED[name].at
    rows = bars(odd, name, "1m", at - HOUR, NOW)
    assert rows[-1, OPEN_TIME] == at + (flat_minutes - 1) * MINUTE
    assert (rows[60:, VOLUME] == 0).all()
    assert (rows[60:, OPEN : CLOSE + 1] == rows[59, CLOSE]).all()
    assert (rows[:60, VOLUME] > 0).all()
    for interval in ("1s", "1m", "1h", "1d"):
        later = window(at + flat_minutes * MINUTE, None)
        assert not len(odd.bars(name, Interval(interval), later, NOW))
    day = bars(odd, name, "1d", at // DAY * DAY, NOW)[0]
    minutes = bars(odd, name, "1m", at // DAY * DAY, NOW)
    assert day[VOLUME] == minutes[:, VOLUME].sum()


def test_where_orders_can_only_be_cancelled_bars_stay_flat(odd: GeneratedMarket) -> None:
    at = ENDED["CANCELUSDT"].at
    rows = bars(odd, "CANCELUSDT", "1m", at - MINUTE, NOW)
    assert rows[-1, OPEN_TIME] == NOW // MINUTE * MINUTE
    assert (rows[1:, OPEN : CLOSE + 1] == rows[0, CLOSE]).all()
    assert rows[0, VOLUME] > 0
    assert not rows[1:, VOLUME].any()


def test_symbols_are_listed_where_settings_name_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("odd")
    env = {"OPA_SYMBOLS": "BTCUSDT", "OPA_SIMULATOR_SYMBOLS": "OLDUSDT,币安人生USDT,CANCELUSDT"}
    with start_simulator(folder, OPA_SIMULATOR_SPEED="0", OPA_SIMULATOR_START=START, **env) as running:
        rows = running.control.ledger("币安人生USDT", "1d", start=NOW // DAY * DAY - 9 * DAY)
        holes = running.control.holes("OLDUSDT", "1h", start=ENDED["OLDUSDT"].at - HOUR)
        later = running.control.holes("OLDUSDT", "1h", start=NOW // DAY * DAY - DAY)
    assert len(rows) == 9
    assert {hole["reason"] for hole in later} == {"after_delisting"}
    assert [(hole["start"], hole["reason"]) for hole in holes] == [(ENDED["OLDUSDT"].at, "after_delisting")]

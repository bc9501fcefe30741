"""The generated market: the same on every run, exact sums at every interval, and the edge it claims."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.errors import InvalidInput
from market.interval import DAY, HOUR, INTERVAL_NAMES, MINUTE, SECOND, Interval
from simulator.bars import (
    CLOSE,
    CLOSE_TIME,
    HIGH,
    LOW,
    OPEN,
    OPEN_TIME,
    QUOTE_VOLUME,
    TAKER_BASE,
    TAKER_QUOTE,
    TRADES,
    VOLUME,
    Bars,
)
from simulator.markets.generated import GeneratedMarket
from simulator.markets.symbols import SYMBOLS, symbols
from simulator.paging import Window, window
from tests.simulator.times import LISTED, NOW

YEAR = 365 * DAY
FINER = {"1m": "1s", "3m": "1m", "15m": "5m", "1h": "15m", "4h": "2h", "1d": "4h", "3d": "1d", "1w": "1d"}


def closed(market: GeneratedMarket, symbol: str, interval: str, start: int, end: int) -> Bars:
    """All closed bars that open in `[start, end)`."""
    bars = market.bars(symbol, Interval(interval), Window(start, end - 1, 10**7, newest=False), NOW)
    return bars[bars[:, CLOSE_TIME] < NOW]


def reversals(market: GeneratedMarket, symbol: str, interval: str, span: int) -> float:
    """How often a close-to-close return has the other sign than the one before."""
    moves = np.sign(np.diff(closed(market, symbol, interval, NOW - span, NOW)[:, CLOSE]))
    both = (moves[1:] != 0) & (moves[:-1] != 0)
    return float((moves[1:] == -moves[:-1])[both].mean())


def test_another_run_serves_the_same_history_in_any_order() -> None:
    one, other = (GeneratedMarket(symbols([], LISTED), seed=7) for _ in range(2))
    late, early = (NOW - 2 * HOUR, NOW), (NOW - YEAR, NOW - YEAR + HOUR)
    first = [closed(one, "BTCUSDT", "1m", *span) for span in (late, early)]
    second = [closed(other, "BTCUSDT", "1m", *span) for span in (early, late)]
    assert np.array_equal(first[0], second[1])
    assert np.array_equal(first[1], second[0])


def test_another_seed_is_another_market(generated: GeneratedMarket) -> None:
    other = GeneratedMarket(symbols([], LISTED), seed=8)
    span = NOW - HOUR, NOW
    assert not np.array_equal(
        closed(generated, "BTCUSDT", "1m", *span)[:, CLOSE], closed(other, "BTCUSDT", "1m", *span)[:, CLOSE]
    )


def test_history_does_not_depend_on_when_it_is_asked_for(generated: GeneratedMarket) -> None:
    wanted = window(NOW - 3 * HOUR, NOW - 2 * HOUR)
    then = generated.bars("ETHUSDT", Interval("5m"), wanted, NOW - HOUR)
    assert np.array_equal(then, generated.bars("ETHUSDT", Interval("5m"), wanted, NOW + 400 * DAY))


@settings(max_examples=40, deadline=None)
@given(
    coarse=st.sampled_from([name for name in INTERVAL_NAMES if name != "1s"]),
    symbol=st.sampled_from(["BTCUSDT", "ETHUSDT", "XRPUSDT", "NEWUSDT", "SOLUSDT"]),
    back=st.integers(1, 9),
    ahead=st.integers(0, 5 * MINUTE),
)
def test_a_coarse_bar_is_the_aggregate_of_the_finer_ones_even_while_it_runs(
    generated: GeneratedMarket, coarse: str, symbol: str, back: int, ahead: int
) -> None:
    interval, now = Interval(coarse), NOW + ahead
    at = interval.floor(max(interval.floor(now) - back * interval.typical_ms, LISTED))
    (bar,) = generated.bars(symbol, interval, window(at, None, 1), now)
    end = interval.next_open(at) - 1
    finer = Interval(FINER.get(coarse, "1m"))
    fine = generated.bars(symbol, finer, Window(at, end, 10**6, newest=False), now)
    assert bar[OPEN] == fine[0, OPEN]
    assert bar[CLOSE] == fine[-1, CLOSE]
    assert bar[HIGH] == fine[:, HIGH].max()
    assert bar[LOW] == fine[:, LOW].min()
    for column in (VOLUME, QUOTE_VOLUME, TRADES, TAKER_BASE, TAKER_QUOTE):
        assert bar[column] == fine[:, column].sum()


@pytest.mark.parametrize("interval", ["1s", "1m", "1h", "1d"])
def test_bars_are_whole_consistent_and_joined(generated: GeneratedMarket, interval: str) -> None:
    span = 900 * Interval(interval).typical_ms
    for name, symbol in SYMBOLS.items():
        bars = closed(generated, name, interval, max(NOW - span, LISTED), NOW)
        low, high = bars[:, LOW], bars[:, HIGH]
        assert (low > 0).all()
        assert (low <= bars[:, [OPEN, CLOSE]].min(axis=1)).all()
        assert (high >= bars[:, [OPEN, CLOSE]].max(axis=1)).all()
        assert np.array_equal(bars[1:, OPEN], bars[:-1, CLOSE])
        assert not (bars[:, OPEN : CLOSE + 1] % symbol.tick).any()
        assert not (bars[:, VOLUME] % symbol.lot).any()
        assert (bars[:, TAKER_BASE] <= bars[:, VOLUME]).all()
        assert (bars[:, TAKER_QUOTE] <= bars[:, QUOTE_VOLUME]).all()
        assert (bars[:, [VOLUME, QUOTE_VOLUME, TRADES, TAKER_BASE, TAKER_QUOTE]] >= 0).all()


def test_the_running_bar_grows_from_the_last_close_to_its_final_state(generated: GeneratedMarket) -> None:
    at = NOW // MINUTE * MINUTE
    before = closed(generated, "XRPUSDT", "1m", at - MINUTE, at)[0]
    states = [
        generated.bars("XRPUSDT", Interval("1m"), window(at, None, 1), at + passed)[0]
        for passed in range(0, MINUTE + 1, SECOND)
    ]
    assert states[0][[OPEN, HIGH, LOW, CLOSE]].tolist() == [before[CLOSE]] * 4
    assert states[0][VOLUME] == 0
    volumes, highs = [state[VOLUME] for state in states], [state[HIGH] for state in states]
    assert volumes == sorted(volumes)
    assert highs == sorted(highs)
    assert len(set(volumes)) > 30
    later = generated.bars("XRPUSDT", Interval("1m"), window(at, None, 1), at + DAY)[0]
    assert np.array_equal(states[-1], later)


def test_the_planted_edge_is_there_and_nowhere_else(generated: GeneratedMarket) -> None:
    three_years = 3 * YEAR
    assert 0.53 < reversals(generated, "ETHUSDT", "1h", three_years) < 0.55
    assert 0.49 < reversals(generated, "BTCUSDT", "1h", three_years) < 0.51
    assert 0.49 < reversals(generated, "XRPUSDT", "1h", three_years) < 0.51
    assert 0.52 < reversals(generated, "ETHUSDT", "1m", 30 * DAY) < 0.55
    assert 0.49 < reversals(generated, "BTCUSDT", "1m", 30 * DAY) < 0.51


def rebound(market: GeneratedMarket, symbol: str) -> float:
    """Mean return of the four hours after an hour beyond 1.8 standard deviations, against its direction."""
    bars = closed(market, symbol, "1h", NOW - 3 * YEAR, NOW)
    levels = np.log(bars[:, CLOSE].astype(float))
    moves = np.diff(levels)
    large = np.flatnonzero(np.abs(moves) > 1.8 * moves.std())
    large = large[large + 5 < len(levels)]
    return float(np.mean(-np.sign(moves[large]) * (levels[large + 5] - levels[large + 1])))


def test_large_moves_of_the_edged_symbol_come_back_by_more_than_a_round_trip_costs(
    generated: GeneratedMarket,
) -> None:
    assert rebound(generated, "ETHUSDT") > 0.003
    assert abs(rebound(generated, "BTCUSDT")) < 0.001


def test_volatility_comes_in_clusters_and_has_its_hours(generated: GeneratedMarket) -> None:
    bars = closed(generated, "BTCUSDT", "1h", NOW - 3 * YEAR, NOW)
    returns = np.abs(np.log(bars[:, CLOSE] / bars[:, OPEN]))
    days = returns[: len(returns) // 24 * 24].reshape(-1, 24).mean(axis=1)
    assert np.corrcoef(days[1:], days[:-1])[0, 1] > 0.15
    hour = bars[:, OPEN_TIME] // HOUR % 24
    assert returns[hour == 15].mean() > 1.5 * returns[hour == 3].mean()
    assert 0.004 < np.log(bars[:, CLOSE] / bars[:, OPEN]).std() < 0.005


def test_a_newly_listed_symbol_has_no_past(generated: GeneratedMarket) -> None:
    first = generated.bars("NEWUSDT", Interval("1m"), window(0, None, 1), NOW)[0]
    assert first[OPEN_TIME] == LISTED
    assert first[OPEN] == 125_000_000
    assert "NEWUSDT" not in generated.listings(LISTED - 1)
    assert "NEWUSDT" in generated.listings(LISTED)


@pytest.mark.parametrize("name", ["USDT", "btcusdt", "FOO", "A/BUSDT"])
def test_a_name_that_is_no_symbol_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="no symbol"):
        symbols([name], LISTED)

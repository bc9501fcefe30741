"""Two other back-test engines agree with ours where their fill model is the same.

Same: decided at the close, filled at the next open, everything in or everything out, one fee per fill as a
fraction of its value. Both engines value a bar at its close and we at the next open, so both are given the
next open as close. Not compared: ratios (each engine annualises its own way), slippage (they move the price,
we add it to the fee), the last bar of a position that is never sold (backtesting.py sells it).
"""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from market.outcome import Costs, Floats
from model_service.backtest import Wanted, drawdown, equity, performance, sharpe, trade_returns
from tests.model_service.markets import QUARTER, random_walk

MARKET = random_walk(6_000, 31)
OPENS, CLOSES = (MARKET[name].to_numpy() for name in ("open", "close"))
ENDS = np.r_[OPENS[1:], CLOSES[-1]]
COSTS = Costs(7.5, 2.0)
TIMES = pd.to_datetime(MARKET["open_time"], unit="ms")


class Refereed(NamedTuple):
    """What an engine says: worth of 1 at the end of each bar, trades (bars of both fills, net), fees paid."""

    curve: Floats
    entries: Floats
    exits: Floats
    returns: Floats
    fees: float


@pytest.fixture(autouse=True)
def interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compiling vectorbt takes longer than interpreting it over a few thousand bars."""
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")


def positions(name: str) -> Wanted:
    """Position series of different temper, flat at both ends (backtesting.py sits out the first bar)."""
    random = np.random.default_rng(2)
    fast = pd.Series(CLOSES).ewm(span=12).mean() > pd.Series(CLOSES).ewm(span=48).mean()
    every = np.zeros(len(OPENS), dtype=bool)
    every[10:5_900] = True
    rare = np.zeros(len(OPENS), dtype=bool)
    rare[100:104] = rare[2_000:2_001] = True
    made = {
        "crossing": fast.to_numpy(),
        "coin": random.random(len(OPENS)) < 0.3,
        "hold": every,
        "rare": rare,
        "alternating": np.arange(len(OPENS)) % 2 == 0,
    }[name].copy()
    made[:3] = made[-3:] = False
    return made


def ours(wanted: Wanted) -> Refereed:
    result = equity(OPENS, CLOSES, wanted, COSTS)
    held = np.r_[False, wanted[:-1]].astype(int)
    change = np.diff(np.r_[0, held])
    worth, side = np.r_[1.0, result.curve[:-1]], COSTS.per_side
    fees = np.where(change > 0, worth * side / (1 + side), np.where(change < 0, worth * side, 0.0))
    return Refereed(
        result.curve,
        np.flatnonzero(change > 0),
        np.flatnonzero(change < 0),
        trade_returns(result, wanted),
        float(fees.sum()),
    )


def vectorbt_says(wanted: Wanted) -> Refereed:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import vectorbt

        held = np.r_[False, wanted[:-1]]
        before = np.r_[False, held[:-1]]
        book = vectorbt.Portfolio.from_signals(
            pd.Series(ENDS), entries=pd.Series(held & ~before), exits=pd.Series(~held & before),
            price=pd.Series(OPENS), fees=COSTS.per_side, init_cash=1.0, freq="15min",
        )  # fmt: skip
        trades = book.trades.records
        value = book.value().to_numpy()
    fees = float(trades["entry_fees"].sum() + trades["exit_fees"].sum())
    return Refereed(
        value,
        trades["entry_idx"].to_numpy(),
        trades["exit_idx"].to_numpy(),
        trades["return"].to_numpy(),
        fees,
    )


def backtesting_says(wanted: Wanted) -> Refereed:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from backtesting import Backtest, Strategy

    class Follow(Strategy):  # type: ignore[misc]
        def init(self) -> None:
            pass

        def next(self) -> None:
            now = len(self.data) - 1
            if wanted[now] and not self.position:
                self.buy()
            elif not wanted[now] and self.position:
                self.position.close()

    # Units are whole numbers there: with a cash of 1e18 a unit is less than 1e-10 of the worth.
    cash = 1e18
    table = {"Open": OPENS, "High": np.maximum(OPENS, ENDS), "Low": np.minimum(OPENS, ENDS), "Close": ENDS}
    frame = pd.DataFrame(table, index=pd.DatetimeIndex(TIMES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Any = Backtest(frame, Follow, cash=cash, commission=COSTS.per_side).run()
    trades = found["_trades"].sort_values("EntryBar")
    return Refereed(
        found["_equity_curve"]["Equity"].to_numpy() / cash,
        trades["EntryBar"].to_numpy(),
        trades["ExitBar"].to_numpy(),
        trades["ReturnPct"].to_numpy(),
        float(trades["Commission"].sum() / cash),
    )


NAMES = ("crossing", "coin", "hold", "rare", "alternating")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("referee", [vectorbt_says, backtesting_says])
def test_equity_trades_and_fees_equal_the_referees(referee: Any, name: str) -> None:
    wanted = positions(name)
    mine, theirs = ours(wanted), referee(wanted)
    assert mine.entries.tolist() == theirs.entries.tolist()
    assert mine.exits.tolist() == theirs.exits.tolist()
    np.testing.assert_allclose(mine.curve, theirs.curve, rtol=1e-9)
    assert mine.fees == pytest.approx(theirs.fees, rel=1e-9)
    assert drawdown(mine.curve) == pytest.approx(drawdown(theirs.curve), rel=1e-9)
    assert mine.curve[-1] - 1 == pytest.approx(performance(
        equity(OPENS, CLOSES, wanted, COSTS), wanted, QUARTER)["total"], rel=1e-12)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_return_of_each_trade_equals_the_worth_that_vectorbt_saw(name: str) -> None:
    wanted = positions(name)
    mine, theirs = ours(wanted), vectorbt_says(wanted)
    side = COSTS.per_side
    # vectorbt divides by what was bought, we by what was paid, the fee of the purchase included.
    assert 1 + mine.returns == pytest.approx(1 + theirs.returns / (1 + side), rel=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_fees_are_exactly_what_net_and_gross_differ_by(name: str) -> None:
    wanted, side = positions(name), COSTS.per_side
    paid, free = (equity(OPENS, CLOSES, wanted, costs) for costs in (COSTS, Costs(0, 0)))
    mine = ours(wanted)
    difference = np.log1p(paid.returns).sum() - np.log1p(free.returns).sum()
    wanted_difference = len(mine.exits) * np.log1p(-side) - len(mine.entries) * np.log1p(side)
    assert difference == pytest.approx(wanted_difference, abs=1e-12)


def test_buying_once_and_selling_at_the_end_earns_the_price_ratio_less_two_fees() -> None:
    wanted = positions("hold")
    worth = ours(wanted).curve[-1]
    ratio = OPENS[5_901] / OPENS[11]
    assert worth == pytest.approx(ratio * (1 - COSTS.per_side) / (1 + COSTS.per_side), rel=1e-12)


def test_an_oracle_of_its_own_bar_earns_nothing_before_costs() -> None:
    oracle = CLOSES > OPENS
    earned = equity(OPENS, CLOSES, oracle, Costs(0, 0)).returns
    cheating = np.where(oracle, CLOSES / OPENS - 1, 0.0)
    assert abs(sharpe(earned)) < 0.03
    assert sharpe(cheating) > 0.5

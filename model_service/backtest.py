"""What the decisions would have earned: long or flat, filled at the next open, flat bars included."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import kurtosis, norm, skew

from market.interval import DAY, Interval
from market.outcome import Costs, Floats

_YEAR_MS: Final = 365 * DAY
_EULER: Final = 0.5772156649015329
_SHORTEST_SHIFT: Final = 168
SHIFTS: Final = 200
Wanted = npt.NDArray[np.bool_]


class Equity(NamedTuple):
    """Per bar: return from its open to the next (after costs), the part lost to costs, trades made."""

    returns: Floats
    cost: Floats
    fills: Floats

    @property
    def curve(self) -> Floats:
        """Worth of 1 at the end of each bar."""
        return np.asarray(np.cumprod(1 + self.returns), dtype=np.float64)


def equity(opens: Floats, closes: Floats, wanted: Wanted, costs: Costs) -> Equity:
    """Returns of being long in bar t + 1 where `wanted[t]` (decided at the close of t).

    The first bar is flat; the last ends at its close. Buying costs the factor 1 / (1 + side) and selling
    1 - side, side being fee plus slippage.
    """
    return charged(opens, closes, wanted, costs.per_side)


def charged(opens: Floats, closes: Floats, wanted: Wanted, side: float | Floats) -> Equity:
    """`equity` where a fill at the open of bar t costs the fraction `side[t]`."""
    held = np.r_[0.0, wanted[:-1].astype(np.float64)]
    change = np.diff(np.r_[0.0, held])
    kept = np.where(change > 0, 1 / (1 + side), np.where(change < 0, 1 - side, 1.0))
    move = np.r_[opens[1:] / opens[:-1], closes[-1] / opens[-1]] - 1
    return Equity((1 + held * move) * kept - 1, 1 - kept, np.abs(change))


def sharpe(returns: Floats) -> float:
    """Mean over standard deviation per bar, 0 where nothing moves."""
    deviation = float(returns.std())
    return float(returns.mean()) / deviation if deviation > 0 else 0.0


def performance(result: Equity, wanted: Wanted, interval: Interval) -> dict[str, float]:
    """Totals as fractions; Sharpe and Sortino per year of the interval's bars; costs as fractions."""
    returns, curve = result.returns, result.curve
    per_year = bars_per_year(interval)
    down = float(np.sqrt(np.mean(np.minimum(returns, 0.0) ** 2)))
    trades = trade_returns(result, wanted)
    return {
        "total": float(curve[-1]) - 1,
        "cagr": float(max(curve[-1], 1e-12) ** (per_year / len(returns)) - 1),
        "sharpe": sharpe(returns) * per_year**0.5,
        "sortino": float(returns.mean()) / down * per_year**0.5 if down > 0 else 0.0,
        "max_drawdown": drawdown(curve),
        "exposure": float(wanted[:-1].sum() / len(wanted)),
        "trades": len(trades),
        "turnover": float(result.fills.sum() / len(returns) * per_year),
        "cost": float(0.0 - np.log1p(-result.cost).sum()),
        "net_per_trade": float(trades.mean()) if len(trades) else 0.0,
    }


def bars_per_year(interval: Interval) -> float:
    """How many bars of the interval a year of 365 days holds."""
    return _YEAR_MS / interval.typical_ms


def trade_returns(result: Equity, wanted: Wanted) -> Floats:
    """Net return of each position, oldest first; one still held is worth what its last bar closed at."""
    held = np.r_[False, wanted[:-1]]
    number = np.cumsum(held & ~np.r_[False, held[:-1]])
    growth = np.bincount(number, weights=np.log1p(result.returns))
    return np.asarray(np.expm1(growth[1:]))


def drawdown(curve: Floats) -> float:
    """Largest fall from a high, as a fraction of it."""
    high = np.maximum.accumulate(np.r_[1.0, curve])
    return float(np.max(1 - np.r_[1.0, curve] / high))


def shift_p_value(
    opens: Floats, closes: Floats, wanted: Wanted, costs: Costs, *, draws: int = SHIFTS, seed: int = 7
) -> float:
    """Share of circular shifts of our own positions that do at least as well: is the timing worth anything?

    Shifts keep exposure, holding times and turnover. 1.0 when there is no trade.
    """
    return shifted(opens, closes, wanted, costs, draws=draws, seed=seed)["p"]


def shifted(
    opens: Floats, closes: Floats, wanted: Wanted, costs: Costs, *, draws: int = SHIFTS, seed: int = 7
) -> dict[str, float]:
    """What our own positions earn at random times: `p` as above, and total and per-bar Sharpe of the shifts.

    `sharpe_low` and `sharpe_high` hold the middle 95 % of them.
    """
    if not wanted.any() or wanted.all():
        return {"draws": 0, "p": 1.0}
    ours = sharpe(equity(opens, closes, wanted, costs).returns)
    random = np.random.default_rng(seed)
    margin = min(_SHORTEST_SHIFT, len(wanted) // 4)
    others = [
        equity(opens, closes, np.roll(wanted, int(by)), costs).returns
        for by in random.integers(margin, len(wanted) - margin, draws)
    ]
    ratios = np.array([sharpe(returns) for returns in others])
    low, middle, high = np.quantile(ratios, [0.025, 0.5, 0.975])
    return {
        "draws": draws,
        "p": float(np.mean(ratios >= ours)),
        "sharpe_low": float(low),
        "sharpe_median": float(middle),
        "sharpe_high": float(high),
        "total_median": float(np.median([np.expm1(np.log1p(returns).sum()) for returns in others])),
    }


def deflated_sharpe(returns: Floats, trials: Floats, tried: int) -> float:
    """Chance that the Sharpe ratio is more than the luck of the best of `tried` useless configurations.

    Bailey and Lopez de Prado (2014). `trials` are per-bar Sharpe ratios of configurations tried; their
    spread is taken no smaller than the sampling error of one.
    """
    if returns.std() == 0:
        return 0.0
    count = max(2, tried, len(trials))
    spread = max(float(np.std(trials, ddof=1)) if len(trials) > 1 else 0.0, len(returns) ** -0.5)
    luck = (1 - _EULER) * norm.ppf(1 - 1 / count) + _EULER * norm.ppf(1 - 1 / (count * np.e))
    ours = float(returns.mean() / returns.std(ddof=1))
    tails = 1 - skew(returns) * ours + (kurtosis(returns, fisher=False) - 1) / 4 * ours**2
    return float(norm.cdf((ours - spread * luck) * np.sqrt(len(returns) - 1) / np.sqrt(max(tails, 1e-12))))

"""Are fills possible: made after the decision, at a price that could still be had?"""

from __future__ import annotations

from typing import Final

import numpy as np

from market.outcome import Costs
from model_service.backtest import bars_per_year, sharpe
from model_service.honesty.suspect import Suspect

_FREE: Final = Costs(0, 0)
_SUSPICIOUS_SHARPE: Final = 2.0
_KEPT: Final = 0.5


def fill_in_same_bar(suspect: Suspect) -> list[str]:
    """Whether an oracle that knows a bar only when it has closed earns anything on that bar.

    The bars are put into random order first, so that the oracle knows nothing of the next one.
    """
    bars = suspect.klines
    moves = (bars["close"] / bars["open"]).to_numpy(np.float64)
    moves = np.random.default_rng(7).permutation(moves / np.exp(np.log(moves).mean()))
    closes = 100 * np.cumprod(moves)
    opens = np.r_[100.0, closes[:-1]]
    earned = sharpe(suspect.fill(opens, closes, closes > opens, _FREE).returns)
    if abs(earned) < 4 / len(moves) ** 0.5:
        return []
    return [f"a decision at the close earns the bar that it has seen (Sharpe {earned:.2f} per bar)"]


def profit_needs_the_first_fill(suspect: Suspect) -> list[str]:
    """Whether a high Sharpe ratio collapses when every fill comes one bar later."""
    if suspect.wanted is None:
        return []
    judged = slice(len(suspect.wanted) - suspect.untouched)
    positions, bars = suspect.wanted[judged], suspect.klines.iloc[-len(suspect.wanted) :][judged]
    if not positions.any():
        return []
    opens, closes = (bars[name].to_numpy(np.float64) for name in ("open", "close"))
    late = np.r_[False, positions[:-1]]
    yearly = bars_per_year(suspect.spec.interval) ** 0.5
    prompt, delayed = (
        yearly * sharpe(suspect.fill(opens, closes, wanted, suspect.spec.costs).returns)
        for wanted in (positions, late)
    )
    if prompt <= _SUSPICIOUS_SHARPE or delayed >= _KEPT * prompt:
        return []
    return [f"one bar later the Sharpe ratio falls from {prompt:.1f} to {delayed:.1f}"]

"""8. Filled one bar later a real edge shrinks and a leak collapses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from market.outcome import Costs
from model_service.backtest import equity, sharpe
from model_service.honesty.execution import profit_needs_the_first_fill
from model_service.honesty.suspect import Suspect
from model_service.spec import Spec
from tests.model_service.markets import QUARTER, drifting_walk

MARKET, DRIFT = drifting_walk(12_000, 3)
SUSPECT = Suspect(MARKET, Spec(QUARTER, fee_bp=1.0, slippage_bp=0.0))
OPENS, CLOSES = MARKET["open"].to_numpy(), MARKET["close"].to_numpy()


def earned(wanted: np.ndarray) -> float:
    return sharpe(equity(OPENS, CLOSES, wanted, Costs(1.0, 0.0)).returns)


def test_a_real_edge_shrinks_and_is_let_pass() -> None:
    wanted = DRIFT > 0
    late = np.r_[False, wanted[:-1]]
    assert 0.6 * earned(wanted) < earned(late) < earned(wanted)
    assert profit_needs_the_first_fill(replace(SUSPECT, wanted=wanted)) == []


def test_a_leak_collapses_and_is_named() -> None:
    wanted = np.r_[(CLOSES > OPENS)[1:], False]
    assert earned(wanted) > 0.1
    (fault,) = profit_needs_the_first_fill(replace(SUSPECT, wanted=wanted))
    assert fault.startswith("one bar later the Sharpe ratio falls from")


def test_without_decisions_there_is_nothing_to_delay() -> None:
    assert profit_needs_the_first_fill(SUSPECT) == []
    assert profit_needs_the_first_fill(replace(SUSPECT, wanted=np.zeros(100, dtype=bool))) == []


def test_the_untouched_period_takes_no_part_in_it() -> None:
    wanted = np.r_[(CLOSES > OPENS)[1:], False]
    wanted[:1_000] = DRIFT[:1_000] > 0
    assert profit_needs_the_first_fill(replace(SUSPECT, wanted=wanted)) != []
    assert profit_needs_the_first_fill(replace(SUSPECT, wanted=wanted, untouched=11_000)) == []

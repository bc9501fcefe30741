"""Whether a walk-forward shows skill, in one word and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

PROVEN: Final = "proven"
NOT_PROVEN: Final = "not proven"
BLOCKED: Final = "blocked"
# Honest scores of candle direction lie near .55; anything above these is a leak until shown otherwise.
_INCREDIBLE_ACCURACY: Final = 0.60
_INCREDIBLE_AUC: Final = 0.65
_ENOUGH_DEFLATED_SHARPE: Final = 0.95
_SMALL_P: Final = 0.05


@dataclass(frozen=True, slots=True)
class Verdict:
    """`proven`, `not proven`, or `blocked`: too good to be released before the leak suite has cleared it."""

    word: str
    reasons: tuple[str, ...]


def verdict(scores: Mapping[str, Any], total: float, shift_p: float, deflated_sharpe: float) -> Verdict:
    """Judge `classification` metrics, the net total return, and the two tests of luck."""
    if "accuracy" not in scores:
        return Verdict(NOT_PROVEN, (f"only {scores['n']} candles could be judged",))
    if scores["accuracy"] > _INCREDIBLE_ACCURACY or scores["auc"] > _INCREDIBLE_AUC:
        reason = f"accuracy {scores['accuracy']:.3f}, AUC {scores['auc']:.3f}: too good, look for a leak"
        return Verdict(BLOCKED, (reason,))
    missing = {
        f"accuracy may be chance (95 % from {scores['accuracy_low']:.3f})": scores["accuracy_low"] <= 0.5,
        f"probabilities no better than the base rate (skill {scores['brier_skill']:.2%})": (
            scores["brier_skill"] <= 0
        ),
        f"no profit after costs ({total:.1%})": total <= 0,
        f"random timing does as well (circular shift p {shift_p:.3f})": shift_p >= _SMALL_P,
        f"could be the luckiest of many trials (deflated Sharpe {deflated_sharpe:.2f})": (
            deflated_sharpe < _ENOUGH_DEFLATED_SHARPE
        ),
    }
    reasons = tuple(reason for reason, holds in missing.items() if holds)
    return Verdict(NOT_PROVEN if reasons else PROVEN, reasons)

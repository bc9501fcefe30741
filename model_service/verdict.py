"""Whether a walk-forward shows skill, in one word, by gates that each have a name, a value and a limit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

PROVEN: Final = "proven"
NOT_PROVEN: Final = "not proven"
BLOCKED: Final = "blocked"
# Honest scores of candle direction lie near .55; anything beyond these is a leak until shown otherwise.
_INCREDIBLE_ACCURACY: Final = 0.60
_INCREDIBLE_AUC: Final = 0.65
_INCREDIBLE_SHARPE: Final = 3.0
_INCREDIBLE_R2: Final = 0.03
_ENOUGH_DEFLATED_SHARPE: Final = 0.95
_SMALL_P: Final = 0.05
# One bar later an edge shrinks; a Sharpe ratio above two that loses more than half was no edge.
_DELAY_MATTERS_ABOVE: Final = 2.0
_DELAY_KEEPS: Final = 0.5


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition. `effect` is the verdict when it does not hold, `words` then say so."""

    name: str
    value: float
    limit: float
    holds: bool
    effect: str
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """`proven`, `not proven`, or `blocked`: too good to be released before the leak suite has cleared it."""

    word: str
    gates: tuple[Gate, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """What speaks against the model; a blocked one is only told why it is not believed."""
        against = [gate for gate in self.gates if not gate.holds and gate.effect == self.word]
        return tuple(gate.words for gate in against)

    @property
    def listed(self) -> list[dict[str, Any]]:
        """The gates, JSON-able."""
        return [asdict(gate) for gate in self.gates]


def cleared(gates: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
    """Word and reasons of a blocked card (its `gates`) once the leak suite has found nothing."""
    against = [gate["words"] for gate in gates if not gate["holds"] and gate["effect"] == NOT_PROVEN]
    return (NOT_PROVEN if against else PROVEN), against


def verdict(metrics: Mapping[str, Any], deflated_sharpe: float) -> Verdict:
    """Judge the metrics of `validation.judging` and the chance that the profit is more than luck."""
    scores = metrics["scores"]
    if "accuracy" not in scores:
        words = f"only {scores['n']} candles could be judged"
        return Verdict(NOT_PROVEN, (Gate("candles", scores["n"], 168, False, NOT_PROVEN, words),))
    gates = (*_incredible(metrics), *_convincing(metrics, deflated_sharpe))
    failed = {gate.effect for gate in gates if not gate.holds}
    return Verdict(next((word for word in (BLOCKED, NOT_PROVEN) if word in failed), PROVEN), gates)


def _incredible(metrics: Mapping[str, Any]) -> list[Gate]:
    scores = metrics["scores"]
    values = {
        "accuracy": (scores["accuracy"], _INCREDIBLE_ACCURACY),
        "auc": (scores["auc"], _INCREDIBLE_AUC),
        "sharpe": (_sure_sharpe(metrics), _INCREDIBLE_SHARPE),
        "return_r2": (scores["return_r2" if metrics["years"] >= 1 else "return_r2_low"], _INCREDIBLE_R2),
    }
    return [
        Gate(
            f"{name}_credible",
            value,
            limit,
            not value > limit,
            BLOCKED,
            f"{name} {value:.3f}, above {limit}: too good, look for a leak",
        )
        for name, (value, limit) in values.items()
    ]


def _sure_sharpe(metrics: Mapping[str, Any]) -> float:
    # A Sharpe ratio per year from less than a year of candles is mostly chance: it counts by what was seen,
    # and of the explained returns the lower end of their interval.
    years = min(1.0, metrics["years"])
    return float(metrics["net"]["sharpe"] * years**0.5)


def _convincing(metrics: Mapping[str, Any], deflated_sharpe: float) -> list[Gate]:
    scores, total, shift_p = metrics["scores"], metrics["net"]["total"], metrics["shift_p"]
    low, skill = scores["accuracy_low"], scores["brier_skill"]
    sharpe, delayed = metrics["net"]["sharpe"], metrics["delayed"]["sharpe"]
    bound = _DELAY_KEEPS * sharpe
    against = {
        "accuracy_above_chance": (low, 0.5, low > 0.5, f"accuracy may be chance (95 % from {low:.3f})"),
        "brier_skill": (
            skill, 0.0, skill > 0,
            f"probabilities no better than the base rate (skill {skill:.2%})",
        ),
        "profit": (total, 0.0, total > 0, f"no profit after costs ({total:.1%})"),
        "circular_shift_p": (
            shift_p, _SMALL_P, shift_p < _SMALL_P,
            f"random timing does as well (circular shift p {shift_p:.3f})",
        ),
        "deflated_sharpe": (
            deflated_sharpe, _ENOUGH_DEFLATED_SHARPE, deflated_sharpe >= _ENOUGH_DEFLATED_SHARPE,
            f"could be the luckiest of many trials (deflated Sharpe {deflated_sharpe:.2f})",
        ),
        "delay": (
            delayed, bound, sharpe <= _DELAY_MATTERS_ABOVE or delayed >= bound,
            f"one bar later the Sharpe ratio falls from {sharpe:.2f} to {delayed:.2f}",
        ),
    }  # fmt: skip
    return [
        Gate(name, value, limit, holds, NOT_PROVEN, words)
        for name, (value, limit, holds, words) in against.items()
    ]

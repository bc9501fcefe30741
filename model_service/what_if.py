"""What if: the recorded ledger decided again with other thresholds, costs, cool-down or horizon.

No model is trained or asked: probability and expected gain are those that were recorded, the policy is the
one that decides live, outcomes come from `market/outcome.py`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from market.decision import Role, Status
from market.errors import InvalidInput, ModelRefused
from market.interval import Series
from market.outcome import Costs
from market.ports import DecisionStore, KlineStore, ModelRecord, ScoredRow
from model_service.holding import Holding
from model_service.policy import MARGIN, NO_OBJECTION, Checks, Ruling, Thresholds, decide
from model_service.registry import Shelf
from model_service.replay.paper import Bars
from model_service.scores import Score
from model_service.spec import Spec
from model_service.track.profit import bars_between

MOST_ROWS: Final = 100_000
NOT_REEVALUATED: Final = (
    "probability and expected gain stay as recorded: another horizon changes how decisions are judged, not "
    "how they are made",
    "suppressions for the sake of the data (stale, contaminated, expired, foreign) stay as recorded",
    "our own fills move no price",
)
_CHECKS: Final = {each.name for each in fields(Checks)}
_SPEC: Final = ("horizon", "fee_bp", "slippage_bp", "cool_down")
_SPARE_BARS: Final = 3


@dataclass(frozen=True, slots=True)
class Settings:
    """What is asked to be different; None leaves it as each model had it. Fractions, bars, basis points."""

    margin: float | None = None
    p_min: float | None = None
    exit_below: float | None = None
    fee_bp: float | None = None
    slippage_bp: float | None = None
    horizon: int | None = None
    cool_down: int | None = None

    @property
    def thresholds(self) -> Thresholds:
        """Those of the policy."""
        return Thresholds(
            MARGIN if self.margin is None else self.margin,
            0.0 if self.exit_below is None else self.exit_below,
        )

    def costs(self, spec: Spec) -> Costs:
        """Of one fill, where a model of this configuration decides."""
        return Costs(
            spec.fee_bp if self.fee_bp is None else self.fee_bp,
            spec.slippage_bp if self.slippage_bp is None else self.slippage_bp,
        )


@dataclass(frozen=True, slots=True)
class Mind:
    """What a model decided with: the smallest probability of a BUY and its configuration."""

    p_min: float
    spec: Spec


@dataclass(frozen=True, slots=True)
class Past:
    """A stretch of the ledger, the candles it was made on, and what was held when it began."""

    series: Series
    rows: Sequence[ScoredRow]
    bars: Bars
    began: Holding

    def open_after(self, open_time: int) -> float | None:
        """Open price of the first candle after one, None while there is none."""
        at = int(np.searchsorted(self.bars.times, open_time, side="right"))
        return float(self.bars.opens[at]) if at < len(self.bars.times) else None


def minds(records: Sequence[ModelRecord], shelf: Shelf, rows: Sequence[ScoredRow]) -> dict[str, Mind]:
    """What the models that speak in `rows` decided with, from their cards or, without one, their files."""
    known = {record.model_id: record for record in records}
    spoke = sorted({row.model_id for row in rows})
    if lost := [name for name in spoke if name not in known]:
        raise InvalidInput(f"model {lost[0]} is not registered: what it decided with is unknown")
    return {name: _mind(known[name], shelf) for name in spoke}


def _mind(record: ModelRecord, shelf: Shelf) -> Mind:
    thresholds, spec = record.card.get("thresholds"), record.card.get("spec")
    if isinstance(thresholds, dict) and isinstance(spec, dict):
        told = {name: spec[name] for name in _SPEC if name in spec}
        return Mind(thresholds["p_min"], Spec(record.series.interval, **told))
    try:
        model = shelf.load(record)
    except ModelRefused as error:
        raise InvalidInput(f"what {record.model_id} decided with is unknown: {error}") from error
    return Mind(model.p_min, model.spec)


def read_past(
    klines: KlineStore,
    decisions: DecisionStore,
    series: Series,
    role: Role,
    start: int,
    end: int,
    began: Callable[[int], Holding],
    horizon: int | None,
) -> Past:
    """The ledger on candles that open in `[start, end)`, with the candles that judge it.

    `began` tells what was held when a candle opened. `InvalidInput` for no decision, or too many.
    """
    rows = decisions.scored(series, role, start, end, MOST_ROWS + 1)
    if len(rows) > MOST_ROWS:
        raise InvalidInput(f"more than {MOST_ROWS:,} decisions: choose a later start or an earlier end")
    if not rows:
        raise InvalidInput(f"{series} {role}: no decision in this period; GET /v1/decisions lists them")
    first, last = rows[0].open_time, rows[-1].open_time
    longest = max(horizon or 0, *(row.horizon for row in rows))
    until = last + (longest + _SPARE_BARS) * series.interval.typical_ms
    bars = bars_between(klines, series, first, until)
    if not len(bars.times):
        raise InvalidInput(f"{series}: none of the candles of this period is confirmed any more")
    return Past(series, rows, bars, began(first))


def decided_again(past: Past, minds: Mapping[str, Mind], settings: Settings) -> list[Ruling]:
    """One ruling for each row, from the position held before the first."""
    holding, interval = replace(past.began), past.series.interval
    rulings = []
    for row in past.rows:
        mind = minds[row.model_id]
        bars = mind.spec.cool_down if settings.cool_down is None else settings.cool_down
        ruling = decide(
            Score(row.probability, row.expected_gain, math.nan, math.nan),
            holding.position,
            row.price,
            holding.entry(past),
            settings.costs(mind.spec),
            _checks(row),
            mind.p_min if settings.p_min is None else settings.p_min,
            cooling=holding.cooling(row.open_time, bars, interval),
            thresholds=settings.thresholds,
        )
        sigma = 0.0 if math.isnan(row.log_sigma) else math.exp(row.log_sigma)
        holding.follow(row.open_time, ruling, sigma)
        rulings.append(ruling)
    return rulings


def _checks(row: ScoredRow) -> Checks:
    """What forbade acting on the candle for its data's sake."""
    if row.status is Status.SUPPRESSED and row.reason in _CHECKS:
        return Checks(**{row.reason: True})
    return NO_OBJECTION

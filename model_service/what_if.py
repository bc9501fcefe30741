"""What if: the recorded ledger decided again with other thresholds, costs, cool-down or horizon.

No model is trained or asked: probability and expected gain are those that were recorded, the policy is the
one that decides live, outcomes come from `market/outcome.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from market.decision import Role
from market.errors import InvalidInput, ModelRefused
from market.interval import Series
from market.outcome import Costs, Floats, Times
from market.ports import DecisionStore, KlineStore, ModelRecord
from model_service.holding import Holding
from model_service.policy import MARGIN, Thresholds
from model_service.registry import Shelf
from model_service.replay.paper import Bars
from model_service.spec import Spec
from model_service.track.profit import bars_between

MOST_ROWS: Final = 100_000
NOT_REEVALUATED: Final = (
    "probability and expected gain stay as recorded: another horizon changes how decisions are judged, not "
    "how they are made",
    "suppressions for the sake of the data (stale, contaminated, expired, foreign) stay as recorded",
    "our own fills move no price",
)
_SPEC: Final = ("horizon", "fee_bp", "slippage_bp", "cool_down")
_SPARE_BARS: Final = 3
Words = npt.NDArray[np.str_]


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


class Moments(NamedTuple):
    """Of some candles: when they were decided (ms UTC), and their one-bar volatility (0: not known)."""

    decided_at: Times
    sigma: Floats


@dataclass(frozen=True, slots=True)
class Past:
    """A stretch of the ledger (`SCORED_SCHEMA`), the candles it was made on, and what was held before it.

    `moments` tells of some of its candles when they were decided and how volatile they were.
    """

    series: Series
    rows: pa.Table
    bars: Bars
    began: Holding
    moments: Callable[[Times], Moments]

    def open_after(self, open_time: int) -> float | None:
        """Open price of the first candle after one, None while there is none."""
        at = int(np.searchsorted(self.bars.times, open_time, side="right"))
        return float(self.bars.opens[at]) if at < len(self.bars.times) else None

    def floats(self, name: str) -> Floats:
        """A column of numbers, NaN where there is none."""
        return np.asarray(self.rows[name].to_numpy(), dtype=np.float64)

    def words(self, name: str) -> Words:
        """A column of text."""
        return np.asarray(self.rows[name].to_numpy(), dtype=np.str_)

    @property
    def spoke(self) -> list[str]:
        """The models that decided."""
        return sorted(self.rows["model_id"].unique().to_pylist())

    @property
    def times(self) -> Times:
        """Open times of the decided candles."""
        return np.asarray(self.rows["open_time"].to_numpy())


def minds(records: Sequence[ModelRecord], shelf: Shelf, spoke: Iterable[str]) -> dict[str, Mind]:
    """What the models that `spoke` decided with, from their cards or, without one, their files."""
    known = {record.model_id: record for record in records}
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
    if rows.num_rows > MOST_ROWS:
        raise InvalidInput(f"more than {MOST_ROWS:,} decisions: choose a later start or an earlier end")
    if not rows.num_rows:
        raise InvalidInput(f"{series} {role}: no decision in this period; GET /v1/decisions lists them")
    first, last = rows["open_time"][0].as_py(), rows["open_time"][-1].as_py()
    longest = max(horizon or 0, pc.max(rows["horizon"]).as_py())
    until = last + (longest + _SPARE_BARS) * series.interval.typical_ms
    bars = bars_between(klines, series, first, until)
    if not len(bars.times):
        raise InvalidInput(f"{series}: none of the candles of this period is confirmed any more")
    return Past(series, rows, bars, began(first), _Looked(decisions, series, role))


@dataclass(frozen=True, slots=True)
class _Looked:
    """Looks each candle up once: its row in the ledger is wide."""

    decisions: DecisionStore
    series: Series
    role: Role
    known: dict[int, tuple[int, float]] = field(default_factory=dict)

    def __call__(self, times: Times) -> Moments:
        asked = times.tolist()
        if new := [time for time in asked if time not in self.known]:
            found = self.decisions.moments(self.series, self.role, new)
            sigmas = np.nan_to_num(np.exp(found["log_sigma"].to_numpy()), nan=0.0).tolist()
            made = zip(found["decided_at"].to_pylist(), sigmas, strict=True)
            self.known.update(zip(found["open_time"].to_pylist(), made, strict=True))
        made_at, sigma = zip(*(self.known[time] for time in asked), strict=True) if asked else ((), ())
        return Moments(np.array(made_at, dtype=np.int64), np.array(sigma, dtype=np.float64))

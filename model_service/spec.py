"""What to train, and how the history is cut into training and test blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from market.errors import InvalidInput
from market.features import WARMUP, columns
from market.interval import Interval
from market.outcome import Costs

# A year of hourly bars, then a month at a time; other intervals count bars (1m over 30 days: 12 refits).
_HOURLY: Final = (8_760, 730)
_BY_BARS: Final = (17_280, 2_160)
SEED_BLOCKS: Final = 2
MINIMUM_BARS: Final = 5_000
# Beyond this many blocks they grow: the longest history is walked in minutes, not in a quarter of an hour.
_MOST_BLOCKS: Final = 48
# The newest bars that a model learns from and is judged on: 22 years of hours, 139 days of minutes.
MAXIMUM_BARS: Final = 200_000
_SMALLEST_BURN_IN: Final = 4_000
# The newest quarter of what is scored stays untouched, of hours at most six months.
_UNTOUCHED_PART: Final = 4
_UNTOUCHED_HOURS: Final = 4_380
LONGEST_COOL_DOWN: Final = 500


@dataclass(frozen=True, slots=True)
class Spec:
    """A configuration: every different one that is tried counts as a trial.

    `horizon` in bars, costs in basis points per side, `kind` a name of `model_service.models.MODELS`.
    `groups` are optional feature groups (`market.groups.GROUPS`) that the model reads besides.
    `parameters` name a set in the grid of the kind; `chosen` seeks one (`validation.choice`).
    No BUY for `cool_down` bars after a stop-loss, and no action where more than `spoiled_limit` of the
    window is spoiled (`model_service.contamination`).
    """

    interval: Interval
    horizon: int = 4
    fee_bp: float = 7.5
    slippage_bp: float = 2.0
    seed: int = 7
    kind: str = "lightgbm"
    cool_down: int = 24
    spoiled_limit: float = 0.05
    groups: tuple[str, ...] = ()
    parameters: str = "fixed"

    def __post_init__(self) -> None:
        if not 1 <= self.horizon <= WARMUP // 10:
            raise InvalidInput(f"horizon {self.horizon} bars: use 1 to {WARMUP // 10}")
        if self.fee_bp < 0 or self.slippage_bp < 0 or self.fee_bp + self.slippage_bp > 1_000:
            raise InvalidInput("fee and slippage are basis points per side: use 0 to 1000 together")
        if not 0 <= self.cool_down <= LONGEST_COOL_DOWN:
            raise InvalidInput(f"cool-down {self.cool_down} bars: use 0 to {LONGEST_COOL_DOWN}")
        columns(self.groups)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of a row of the feature matrix."""
        return columns(self.groups)

    @property
    def costs(self) -> Costs:
        """What one fill costs."""
        return Costs(self.fee_bp, self.slippage_bp)


@dataclass(frozen=True, slots=True)
class Plan:
    """Test blocks of `step` bars from bar `first` on; each is scored by a model of the bars before it.

    `SEED_BLOCKS` blocks before `first` are scored too, but only to calibrate what follows. The newest
    `untouched` bars are decided for display but judged only when a release opens them.
    """

    bars: int
    first: int
    step: int
    untouched: int

    @property
    def judged(self) -> slice:
        """The bars that scores, verdict and choices come from."""
        return slice(self.first, self.bars - self.untouched)

    def blocks(self) -> Iterator[tuple[int, int]]:
        """Bars `[start, end)` of each block, seed blocks first."""
        for start in range(self.first - SEED_BLOCKS * self.step, self.bars, self.step):
            yield start, min(start + self.step, self.bars)


def plan(bars: int, interval: Interval) -> Plan:
    """The plan for a history of `bars` bars; `InvalidInput` when that is too short to learn from."""
    if bars < MINIMUM_BARS:
        raise InvalidInput(
            f"insufficient history: {bars} bars, a model needs {MINIMUM_BARS}; populate a longer history"
        )
    burn_in, step = _HOURLY if interval.name == "1h" else _BY_BARS
    first = min(burn_in, max(_SMALLEST_BURN_IN, bars // 2))
    untouched = (bars - first) // _UNTOUCHED_PART
    if interval.name == "1h":
        untouched = min(untouched, _UNTOUCHED_HOURS)
    else:
        step = max(step, -(-(bars - first) // _MOST_BLOCKS))
    return Plan(bars, first, min(step, (first - WARMUP) // (2 * SEED_BLOCKS)), untouched)


def live_step(bars: int, interval: Interval) -> int:
    """After how many bars a model of so many bars is trained again: a block, before blocks grow."""
    return min(plan(bars, interval).step, (_HOURLY if interval.name == "1h" else _BY_BARS)[1])

"""The time slider: the part of the dashboard's time range that its saved shares stand for.

Source: `src/plugins/controls/public/time_slider/{time_utils.tsx,embeddable/time_slider_embeddable.tsx}` and
`control_group/embeddable/control_group_chaining_system.ts` (8.12): panels and the controls behind it look at
the slice instead of the time range; the slider itself asks nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from kibana.translator import datemath, intervals
from kibana.translator.context import Context

TYPE: Final = "timeSlider"
_MOST_TICKS: Final = 20
_STEPS_PER_TICK: Final = 5


def sliced(context: Context, chosen: Mapping[str, Any]) -> Context:
    """The context over the saved slice, widened to whole steps; unchanged while nothing is chosen."""
    shares = [chosen.get(f"timeslice{side}AsPercentageOfTimeRange") for side in ("Start", "End")]
    if None in shares:
        return context
    start, span = datemath.epoch_ms(context.start), context.span_ms
    step = _step(start, start + span)
    first, last = (start + share * span for share in shares if share is not None)
    return replace(
        context,
        start=datemath.from_ms(math.floor(first / step) * step),
        end=datemath.from_ms(math.ceil(last / step) * step),
    )


def _step(start: int, end: int) -> float:
    """`getStepSize` of `getTicks`: about five steps between two ticks."""
    width = _tick_width(end - start)
    first = math.ceil(start / width) * width
    return intervals.near(_STEPS_PER_TICK, width) if first + width <= end else 1


def _tick_width(span: int) -> float:
    """`getInterval`: at most twenty ticks, and not less than ten."""
    width = intervals.near(_MOST_TICKS, span)
    ticks = span / width
    if ticks > _MOST_TICKS:
        return width * math.ceil(ticks / _MOST_TICKS)
    return width / 2 if ticks < _MOST_TICKS / 2 else width

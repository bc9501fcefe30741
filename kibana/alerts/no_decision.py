"""Candles are confirmed, and nobody decides on them.

`quality.undecided_bars` counts the confirmed candles after the newest decision of the champion; a series that
was never decided on has none. No clock is needed: without candles nothing has to be decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.limits import UNDECIDED_BARS
from kibana.alerts.rule import SERIES, YEARS_S, Clause, Finding, Moment, Rule, Watched

_FIELD: Final = "quality.undecided_bars"


def _query(watched: Watched, _: Moment) -> Sequence[Clause]:
    return [{"range": {_FIELD: {"gt": UNDECIDED_BARS}}}, watched.only_these()]


def _says(found: Finding) -> str:
    waiting = found.number(_FIELD)
    return f"{'too many' if waiting is None else int(waiting)} confirmed candles wait for a decision"


RULE: Final = Rule(
    id="no_decision",
    name="No decision",
    story=f"More than {UNDECIDED_BARS} confirmed candles came after the champion's newest decision.",
    todo="Look at the scorer: `sh setup.sh status`, then its log; does the series have a model in charge?",
    severity="critical",
    stream="quality",
    window_s=YEARS_S,
    group=SERIES,
    query=_query,
    says=_says,
    needs_now=False,
)

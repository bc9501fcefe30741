"""The newest confirmed candle of a followed series is too old.

`quality` keeps one document per series whose time is the close of the newest confirmed candle. It stands
still when the ingester dies, and so does its lag: the rule therefore compares that time with the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.limits import CONFIRM_S, LATE_BARS, stale_after_s
from kibana.alerts.rule import SERIES, YEARS_S, Clause, Finding, Moment, Rule, Watched, by_interval
from kibana.alerts.words import duration
from market.interval import SECOND


def _query(watched: Watched, moment: Moment) -> Sequence[Clause]:
    return [
        {"exists": {"field": "quality.last_confirmed"}},
        by_interval(
            watched,
            lambda each: {"range": {"@timestamp": {"lt": moment.ago(stale_after_s(each), CONFIRM_S)}}},
        ),
    ]


def _says(found: Finding) -> str:
    closed = found.number("@timestamp")
    if closed is None or found.moment.now is None:
        return "no candle was confirmed for too long"
    return f"the newest confirmed candle closed {duration((found.moment.now - closed) / SECOND)} ago"


RULE: Final = Rule(
    id="no_fresh_candle",
    name="No fresh candle",
    story=f"No candle was confirmed for more than {LATE_BARS} intervals and {CONFIRM_S} seconds.",
    todo="Look at the ingester: `sh setup.sh status`, then its log; does the exchange answer?",
    severity="critical",
    stream="quality",
    window_s=YEARS_S,
    group=SERIES,
    query=_query,
    says=_says,
)

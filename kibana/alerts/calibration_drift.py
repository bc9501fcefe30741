"""The champion's probabilities or intervals no longer mean what they say.

Each bound of a monitor is crossed by chance once in a hundred readings; two alarms among the newest two
readings are seldom luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.limits import CONFIRM_S, readings_every_s
from kibana.alerts.rule import SERIES, YEARS_S, Clause, Finding, Moment, Rule, Watched, by_interval, is_
from market.decision import Role
from market.interval import SECOND
from market.ports import MonitorState

MEASURES: Final = ("calibration_slope", "interval_coverage")
_READINGS: Final = 2


def _query(watched: Watched, moment: Moment) -> Sequence[Clause]:
    return [
        is_("monitor.role", Role.CHAMPION),
        is_("monitor.state", MonitorState.ALARM),
        {"terms": {"monitor.measure": list(MEASURES)}},
        by_interval(
            watched,
            lambda each: {
                "range": {
                    "@timestamp": {
                        "gt": moment.ago(
                            _READINGS * readings_every_s(each, watched.monitor_every)
                            + each.typical_ms / SECOND,
                            CONFIRM_S,
                        )
                    }
                }
            },
        ),
    ]


def _says(found: Finding) -> str:
    return f"{found.count} alarms of calibration in the newest {_READINGS} readings of the monitors"


RULE: Final = Rule(
    id="calibration_drift",
    name="Calibration drift",
    story=f"Two alarms of {' or '.join(MEASURES)} among the champion's newest {_READINGS} readings.",
    todo="Look at the monitors (dashboard Model health); the scorer trains again by itself where it is told "
    "to (OPA_RETRAIN), `python -m model_service train` does it now.",
    severity="warning",
    stream="monitors",
    window_s=YEARS_S,
    group=SERIES,
    query=_query,
    says=_says,
    above=1,
)

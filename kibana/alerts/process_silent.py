"""A process of the product stopped beating: it ended, hangs, or cannot reach the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.limits import SILENT_S
from kibana.alerts.rule import SERVICE, Clause, Finding, Moment, Rule, Watched, is_
from market.ports.heartbeat import ServiceName


def _query(watched: Watched, _: Moment) -> Sequence[Clause]:
    return [is_("market.exchange", watched.exchange), is_("heartbeat.state", "running")]


def _says(found: Finding) -> str:
    return f"{found.group} has not beaten for {SILENT_S:.0f} s"


RULE: Final = Rule(
    id="process_silent",
    name="Process silent",
    story=f"A process that should run all the time has not beaten for {SILENT_S:.0f} s.",
    todo="`sh setup.sh status` and `sh setup.sh logs` say whether it runs and why it ended; `sh setup.sh` "
    "starts it again.",
    severity="critical",
    stream="heartbeats",
    window_s=int(SILENT_S),
    group=SERVICE,
    query=_query,
    says=_says,
    expected=tuple(ServiceName),
)

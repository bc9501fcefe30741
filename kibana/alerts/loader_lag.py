"""Nothing proves that the loader keeps up: Elasticsearch may show an old world.

A loader that stands still cannot say so, because its own heartbeats travel through it. So the rule does not
wait for a large lag: it wants to see, again and again, a fresh heartbeat of the loader with a small one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.limits import LOADER_LAG_MS, SILENT_S
from kibana.alerts.rule import SERVICE, Clause, Finding, Moment, Rule, Watched, is_
from market.interval import SECOND
from market.ports.heartbeat import ServiceName


def _query(watched: Watched, _: Moment) -> Sequence[Clause]:
    return [
        is_("market.exchange", watched.exchange),
        is_("service.name", ServiceName.LOADER),
        {"bool": {"must_not": [{"range": {"heartbeat.lag_ms": {"gt": LOADER_LAG_MS}}}]}},
    ]


def _says(_: Finding) -> str:
    return (
        f"no heartbeat of the loader with a lag below {LOADER_LAG_MS // SECOND} s reached Elasticsearch "
        f"within {SILENT_S:.0f} s: dashboards may be out of date"
    )


RULE: Final = Rule(
    id="loader_lag",
    name="Loader lag",
    story=f"No heartbeat of the loader with a lag below {LOADER_LAG_MS // SECOND} s for {SILENT_S:.0f} s.",
    todo="Look at the log of es-loader: is it rebuilding, is Elasticsearch busy, is it running at all?",
    severity="critical",
    stream="heartbeats",
    window_s=int(SILENT_S),
    group=SERVICE,
    query=_query,
    says=_says,
    expected=(ServiceName.LOADER,),
)

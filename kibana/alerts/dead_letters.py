"""Elasticsearch refused documents for good: they are in MySQL, and not in any dashboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kibana.alerts.rule import SERVICE, Clause, Finding, Moment, Rule, Watched, is_
from market.ports.heartbeat import EVERY_S, ServiceName

_FIELD: Final = "heartbeat.dead_letters"


def _query(watched: Watched, _: Moment) -> Sequence[Clause]:
    return [
        is_("market.exchange", watched.exchange),
        is_("service.name", ServiceName.LOADER),
        {"range": {_FIELD: {"gt": 0}}},
    ]


def _says(found: Finding) -> str:
    waiting = found.number(_FIELD)
    return f"{'some' if waiting is None else int(waiting)} documents were refused by Elasticsearch for good"


RULE: Final = Rule(
    id="dead_letters",
    name="Dead letters",
    story="The loader holds documents that Elasticsearch refused for good.",
    todo="dead_letters.jsonl in OPA_STATE_DIR says why; mend it, then `python -m es_loader "
    "replay-dead-letters`.",
    severity="warning",
    stream="heartbeats",
    window_s=int(2 * EVERY_S),
    group=SERVICE,
    query=_query,
    says=_says,
)

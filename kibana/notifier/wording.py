"""A notice as a message that somebody reads on a phone."""

from __future__ import annotations

from typing import Final

from kibana.alerts.words import duration
from kibana.notifier.book import Notice
from kibana.notifier.targets import Message
from market.documents.field import ALL, SIMULATED
from market.interval import SECOND

_KINDS: Final = {"fired": "", "again": "still: ", "cleared": "over: "}
TEST: Final = Message(
    "test", "OPA: test", "This is how alerts will reach you. `docs/alerts.md` says what fires when."
)


def message(notice: Notice, exchange: str) -> Message:
    """Title: what and about which market or process. Body: what was seen, and what to do."""
    alert = notice.alert
    market = alert.exchange if alert.exchange != ALL else exchange
    simulated = "SIMULATED " if market == SIMULATED else ""
    about = f"{alert.symbol} {alert.interval}" if alert.symbol != ALL else alert.group
    subject = alert.rule_name if about == ALL else f"{alert.rule_name} · {about}"
    body = alert.message
    if notice.kind == "cleared" and alert.ended_at is not None:
        body = f"It lasted {duration((alert.ended_at - alert.started_at) / SECOND)} of market time."
    return Message(notice.kind, f"{simulated}OPA: {_KINDS[notice.kind]}{subject} ({alert.severity})", body)

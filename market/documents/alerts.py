"""Alerts as documents: what fired, about which series or process, and when it was over.

Two hands write them: the notifier (`alert.by` = notifier, one document per alert that turns from active to
recovered) and Kibana's index connector (`kibana`, one document per message). MySQL holds none of it, so
`rebuild` leaves them alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from market.documents.field import ALL, UTC_TIME, Field, market_fields, market_of
from market.documents.stream import Document, DocumentStream

State = Literal["active", "recovered"]
FIELDS: Final = (
    *market_fields("When the alert fired or was last told (market time)"),
    Field("rule.id", "keyword", "Id of the rule, such as no_fresh_candle"),
    Field("rule.name", "keyword", "What the rule is called"),
    Field("alert.id", "keyword", "rule:group, the same as often as it fires; group is a series or a process"),
    Field("alert.state", "keyword", "active or recovered"),
    Field("alert.severity", "keyword", "critical or warning"),
    Field("alert.value", "double", "What was measured", "as the rule says"),
    Field("alert.message", "keyword", "What happened and what to do", searched=False),
    Field("alert.started_at", "date", "When it fired", UTC_TIME),
    Field("alert.ended_at", "date", "When it was over; absent while it lasts", UTC_TIME),
    Field("alert.by", "keyword", "Who saw it: kibana or notifier"),
)


@dataclass(frozen=True, slots=True)
class Alert:
    """One firing of a rule for one group; times in ms UTC, `ended_at` None while it lasts.

    `group` tells the alerts of a rule from one another: `binance,BTCUSDT,1h`, or a process.
    """

    rule_id: str
    rule_name: str
    group: str
    severity: str
    message: str
    started_at: int
    told_at: int
    value: float | None = None
    ended_at: int | None = None
    exchange: str = ALL
    symbol: str = ALL
    interval: str = ALL

    @property
    def id(self) -> str:
        """The same for every firing of the rule for the group."""
        return f"{self.rule_id}:{self.group}"

    @property
    def state(self) -> State:
        """Whether it lasts."""
        return "active" if self.ended_at is None else "recovered"


def alert_document(alert: Alert) -> Document:
    """One firing under an id of its own: written again when it is told again and when it is over."""
    values: dict[str, object] = {
        "id": alert.id,
        "state": alert.state,
        "severity": alert.severity,
        "value": alert.value,
        "message": alert.message,
        "started_at": alert.started_at,
        "ended_at": alert.ended_at,
        "by": "notifier",
    }
    body: dict[str, object] = {
        "@timestamp": alert.told_at,
        "market": market_of(alert.exchange, alert.symbol, alert.interval),
        "rule": {"id": alert.rule_id, "name": alert.rule_name},
        "alert": {name: value for name, value in values.items() if value is not None},
    }
    return Document(f"{alert.id}:{alert.started_at}", "", body)


STREAM: Final = DocumentStream(
    name="alerts",
    description="What fired and when it was over. Written by the notifier and by Kibana's index connector, "
    "never from MySQL, and left alone by `rebuild`.",
    id_rule="rule:group:start in ms; Kibana's are its own",
    partition_rule="none: one index, always of the first generation",
    fields=FIELDS,
    sample=alert_document(
        Alert(
            rule_id="no_fresh_candle",
            rule_name="No fresh candle",
            group="binance,BTCUSDT,1m",
            severity="critical",
            message="the newest confirmed candle of BTCUSDT 1m closed 6 minutes ago",
            started_at=1704067500000,
            told_at=1704067500000,
            value=360.0,
            exchange="binance",
            symbol="BTCUSDT",
            interval="1m",
        )
    ),
)

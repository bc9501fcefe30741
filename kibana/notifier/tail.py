"""Alerts that Kibana wrote, in the order of their time, each once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from kibana.notifier.elastic import Elastic
from market.documents import DOCUMENTS
from market.documents.alerts import Alert
from market.documents.field import ALL
from market.interval import MINUTE, SECOND

log = logging.getLogger(__name__)
_PAGE: Final = 500
_LATE: Final = 2 * MINUTE  # a document may become searchable after a younger one


class Tail:
    """Reads on from a cursor: the newest time that was read, and the ids that were read shortly before it."""

    def __init__(self, elastic: Elastic, cursor: Mapping[str, Any], now: int) -> None:
        self._elastic = elastic
        self._at = int(cursor.get("at", now))
        self._seen: dict[str, int] = dict(cursor.get("seen", {}))

    def cursor(self) -> dict[str, Any]:
        """JSON-able."""
        return {"at": self._at, "seen": self._seen}

    def read(self) -> Iterator[Alert]:
        """What is new; an alert that is yielded counts as read."""
        since, after = self._at - _LATE, None
        while True:
            hits = self._page(since, after)
            for hit in hits:
                if hit["_id"] not in self._seen:
                    time = _ms(hit["_source"]["@timestamp"])
                    self._seen[hit["_id"]] = time
                    self._at = max(self._at, time)
                    yield from _told(hit)
            if len(hits) < _PAGE:
                break
            after = hits[-1]["sort"]
        self._seen = {key: time for key, time in self._seen.items() if time >= self._at - _LATE}

    def open_alerts(self) -> list[Alert]:
        """Alerts of an earlier notifier that did not end, for one that lost its memory."""
        active = [{"term": {"alert.by": "notifier"}}, {"term": {"alert.state": "active"}}]
        body = {"size": _PAGE, "query": {"bool": {"filter": active}}, "sort": [{"@timestamp": "desc"}]}
        hits = self._elastic.search(DOCUMENTS["alerts"].alias, body)["hits"]["hits"]
        return [alert for hit in hits for alert in _told(hit)]

    def _page(self, since: int, after: list[Any] | None) -> list[dict[str, Any]]:
        body: dict[str, Any] = {
            "size": _PAGE,
            "query": {
                "bool": {
                    "filter": [
                        {"term": {"alert.by": "kibana"}},
                        {"range": {"@timestamp": {"gte": since}}},
                    ]
                }
            },
            "sort": [{"@timestamp": "asc"}, {"alert.id": "asc"}, {"alert.state": "asc"}],
        }
        if after:
            body["search_after"] = after
        hits: list[dict[str, Any]] = self._elastic.search(DOCUMENTS["alerts"].alias, body)["hits"]["hits"]
        return hits


def _told(hit: Mapping[str, Any]) -> Iterator[Alert]:
    """The alert of a hit; what is none (anybody's rule may write there) must not silence the others."""
    try:
        yield alert_of(hit["_source"])
    except (TypeError, ValueError) as error:
        log.error("the document %s of opa-alerts is no alert and is left out: %s", hit["_id"], error)


def alert_of(body: Mapping[str, Any]) -> Alert:
    """A document as an alert; what Kibana's index connector writes for a rule made by hand may lack most.

    `{"@timestamp": "2026-11-22T02:00:00.123Z", "rule": {"id": ..., "name": ...}, "alert": {"id":
    "no_fresh_candle:binance,BTCUSDT,1m", "state": "active", "value": "1", "by": "kibana", ...}}`
    """
    alert, rule, market = body.get("alert", {}), body.get("rule", {}), body.get("market", {})
    time, rule_id = _ms(body["@timestamp"]), str(rule.get("id", "kibana"))
    over = alert.get("state") == "recovered"
    return Alert(
        rule_id=rule_id,
        rule_name=str(rule.get("name", rule_id)),
        group=str(alert.get("id", rule_id)).removeprefix(f"{rule_id}:"),
        severity=str(alert.get("severity", "warning")),
        message=str(alert.get("message", "")),
        started_at=_ms(alert.get("started_at") or time),
        told_at=time,
        value=float(alert["value"]) if alert.get("value") not in (None, "") else None,
        ended_at=time if over else None,
        exchange=str(market.get("exchange") or ALL),
        symbol=str(market.get("symbol") or ALL),
        interval=str(market.get("interval") or ALL),
    )


def _ms(time: str | int) -> int:
    """Kibana writes ISO 8601, we write ms; as text, too, it is a date to Elasticsearch."""
    if isinstance(time, int) or time.isdecimal():
        return int(time)
    return round(datetime.fromisoformat(time).timestamp() * SECOND)

"""Rules and connector as the bodies that Kibana's API takes: the basic licence allows no more than these.

`.es-query` asks the same as the notifier, with Kibana's `now`. What it finds it writes into `opa-alerts`
through an index connector: one document when an alert starts and one when it is over.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import orjson

from kibana.alerts.rule import SERIES, Moment, Rule, Watched, is_
from market.documents import DOCUMENTS
from market.documents.field import ALL, SIMULATED

_NAMESPACE: Final = uuid.uuid5(uuid.NAMESPACE_URL, "opa-crypto/alerts")
CONNECTOR_ID: Final = str(uuid.uuid5(_NAMESPACE, "connector"))
TAG: Final = "opa"
_MOST_GROUPS: Final = 100
_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_GROUP: Final = "{{alert.id}}"  # Kibana's alert id is the group: `binance,BTCUSDT,1h`


class KibanaRule(NamedTuple):
    """A rule of Kibana: `body` creates it, and without `rule_type_id`, `consumer`, `enabled` updates it."""

    id: str
    body: dict[str, Any]
    enabled: bool

    def update(self) -> dict[str, Any]:
        """What `PUT` takes: fewer keys than `POST`."""
        fixed = {"rule_type_id", "consumer", "enabled"}
        return {name: value for name, value in self.body.items() if name not in fixed}


def connector() -> dict[str, Any]:
    """Writes into the alias of the alerts; `@timestamp` is when the action ran."""
    config = {
        "index": DOCUMENTS["alerts"].alias,
        "refresh": True,
        "executionTimeField": "@timestamp",
    }
    return {"name": "OPA alerts", "connector_type_id": ".index", "config": config, "secrets": {}}


def kibana_rules(rule: Rule, watched: Watched, *, wall_clock: bool = True) -> Iterator[KibanaRule]:
    """One rule per expected group, which cannot be found by grouping; else one for all groups.

    A rule that needs `now` is only enabled where the market's time is the wall clock's.
    """
    enabled = wall_clock or not rule.needs_now
    for group in rule.expected or ("",):
        name = f"{rule.id}:{group}" if len(rule.expected) > 1 else rule.id
        yield KibanaRule(
            str(uuid.uuid5(_NAMESPACE, name)), _body(rule, watched, group, enabled=enabled), enabled
        )


def _body(rule: Rule, watched: Watched, group: str, *, enabled: bool) -> dict[str, Any]:
    title = f"OPA · {rule.name}" + (f" · {group}" if len(rule.expected) > 1 else "")
    return {
        "name": title,
        "rule_type_id": ".es-query",
        "consumer": "stackAlerts",
        "enabled": enabled,
        "tags": [TAG, rule.severity],
        "schedule": {"interval": "1m"},
        "params": _params(rule, watched, group),
        "actions": [
            _action("query matched", _document(rule, watched, group, "active")),
            _action("recovered", _document(rule, watched, group, "recovered")),
        ],
    }


def _params(rule: Rule, watched: Watched, group: str) -> dict[str, Any]:
    clauses = list(rule.query(watched, Moment()))
    if group:
        clauses.append(is_(rule.group[0], group))
    grouped = {} if group else {"termField": _term_field(rule.group), "termSize": _MOST_GROUPS}
    return {
        "searchType": "esQuery",
        "index": [rule.alias],
        "timeField": "@timestamp",
        "esQuery": orjson.dumps({"query": {"bool": {"filter": clauses}}}).decode(),
        "size": 1,
        **_window(rule.window_s),
        "thresholdComparator": "<" if group else ">",
        "threshold": [1 if group else rule.above],
        "aggType": "count",
        "groupBy": "all" if group else "top",
        "excludeHitsFromPreviousRun": False,
        **grouped,
    }


def _window(seconds: int) -> dict[str, Any]:
    unit, length = next((u, n) for u, n in _UNITS if seconds % n == 0)
    return {"timeWindowSize": seconds // length, "timeWindowUnit": unit}


def _term_field(fields: tuple[str, ...]) -> str | list[str]:
    return fields[0] if len(fields) == 1 else list(fields)


def _action(group: str, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": CONNECTOR_ID,
        "group": group,
        "params": {"documents": [document]},
        "frequency": {"summary": False, "notify_when": "onActionGroupChange", "throttle": None},
    }


def _document(rule: Rule, watched: Watched, group: str, state: str) -> dict[str, Any]:
    """A document that fits the mapping of `opa-alerts`; Kibana fills in what stands in braces."""
    active = state == "active"
    about = group or _GROUP
    told = {"value": "{{context.value}}", "started_at": "{{context.date}}"} if active else {}
    return {
        "market": _market(rule, watched, active=active),
        "rule": {"id": rule.id, "name": rule.name},
        "alert": {
            "id": f"{rule.id}:{about}",
            "state": state,
            "severity": rule.severity,
            "message": f"{about}: {rule.story if active else 'over.'}",
            "by": "kibana",
            **(told or {"ended_at": "{{context.date}}"}),
        },
    }


def _market(rule: Rule, watched: Watched, *, active: bool) -> dict[str, str]:
    """Of the newest document that fits; a recovery has none, so its `alert.id` alone says which series."""
    if active and rule.group == SERIES:
        return {name: _of_hit(name) for name in ("exchange", "symbol", "interval", "simulated")}
    simulated = str(watched.exchange == SIMULATED).lower()
    return {"exchange": watched.exchange, "symbol": ALL, "interval": ALL, "simulated": simulated}


def _of_hit(name: str) -> str:
    return "{{#context.hits}}{{_source.market." + name + "}}{{/context.hits}}"

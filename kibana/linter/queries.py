"""KQL: it parses, its fields exist and may be searched, its values are ones the product writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from kibana.linter.reading import FIELDS, Export, Finding, view_of
from kibana.translator.kuery import parse
from kibana.translator.kuery.nodes import Both, Is, Literal, Nested, Node, Not, Range
from market.coverage import HoleReason
from market.decision import Action, Origin, OutcomeState, Position, Role, Status
from market.kline import Finality, Source
from market.ports import EventKind, MonitorState
from market.ports.heartbeat import ServiceName

VALUES: Final[dict[str, type[StrEnum]]] = {
    "decision.action": Action,
    "decision.would_be": Action,
    "decision.status": Status,
    "decision.origin": Origin,
    "decision.position_before": Position,
    "decision.position_after": Position,
    **dict.fromkeys(
        (
            *("decision.role", "model.role", "monitor.role", "equity.role", "backtest.role"),
            *("calibration.role", "anchor.role"),
        ),
        Role,
    ),
    "outcome.state": OutcomeState,
    "hole.reason": HoleReason,
    "kline.source": Source,
    "kline.finality": Finality,
    "monitor.state": MonitorState,
    "event.action": EventKind,
    "service.name": ServiceName,
}
ROLES: Final = {
    "opa-decisions": "decision.role",
    "opa-models": "model.role",
    "opa-monitors": "monitor.role",
    "opa-equity": "equity.role",
    "opa-backtests": "backtest.role",
    "opa-calibration": "calibration.role",
}


def queries_name_fields_and_values(export: Export) -> Iterator[Finding]:
    """Every KQL of a panel, a column, a bucket and a saved search."""
    for place, view, kuery in queries(export):
        try:
            node = parse(kuery)
        except ValueError as error:
            yield Finding(place, str(error))
            continue
        for problem in _problems(node, view):
            yield Finding(place, f"{problem} in {kuery!r}")


def panels_keep_roles_apart(export: Export) -> Iterator[Finding]:
    """Champion and challengers stand in one index: a panel filters or splits by the role, or mixes them."""
    for panel in export.panels:
        for layer in panel.layers:
            role = ROLES.get(layer.view)
            if role and role not in str(panel.attributes["state"]):
                yield Finding(panel.place, f"mixes the values of {role}")
    for search in export.of("search"):
        role, attributes = ROLES.get(view_of(search)), search["attributes"]
        if role and role not in str(attributes):
            yield Finding(search["id"], f"mixes the values of {role}")


def queries(export: Export) -> Iterator[tuple[str, str, str]]:
    """(place, data view, KQL) of every query that is not empty."""
    for panel in export.panels:
        for layer in panel.layers:
            texts = [panel.kuery]
            for column in layer.columns.values():
                texts.append(column.get("filter", {}).get("query", ""))
                texts += [each["input"]["query"] for each in column.get("params", {}).get("filters", [])]
            yield from ((panel.place, layer.view, text) for text in texts if text)
    for search in export.of("search"):
        source = json.loads(search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"])
        kuery = source["query"]["query"]
        if kuery:
            yield search["id"], view_of(search), kuery


def named_fields(node: Node) -> Iterator[tuple[str, object]]:
    """(field, value) of every comparison; a value of None is any."""
    if isinstance(node, Is | Range):
        field = node.field.value
        yield str(field), node.value.value if isinstance(node.value, Literal) else None
    elif isinstance(node, Not | Nested):
        yield from named_fields(node.query)
    elif isinstance(node, Both):
        for each in node.queries:
            yield from named_fields(each)


def _problems(node: Node, view: str) -> Iterator[str]:
    fields = FIELDS.get(view, {})
    for name, value in named_fields(node):
        if name not in fields:
            yield f"no field {name} in {view}"
        elif fields[name].type == "object":
            yield f"{name} is not searchable"
        elif value is not None and name in VALUES and value not in [str(each) for each in VALUES[name]]:
            yield f"{name} is never {value}"

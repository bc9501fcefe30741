"""KQL nodes into the query DSL.

Source: `packages/kbn-es-query/src/kuery/functions/{is,range,and,or,not,nested}.ts` at 8.12 (a keyword field
gets `term` and `wildcard`, with the escaping of 8.12.1) and `functions/utils/get_fields.ts`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kibana.translator.fields import Field, Fields
from kibana.translator.kuery.nodes import (
    ANY,
    EVERYTHING,
    Both,
    Is,
    Literal,
    Nested,
    Node,
    Not,
    Range,
    Term,
    Wildcard,
)

Query = dict[str, Any]


def dsl(node: Node, fields: Fields | None, time_zone: str, path: str = "") -> Query:
    """The query of a node; `fields` is None where Kibana knows no data view, `path` that of a nested list."""
    match node:
        case Is():
            return _is(node, fields, time_zone, path)
        case Range():
            return _range(node, fields, time_zone, path)
        case Not():
            return {"bool": {"must_not": dsl(node.query, fields, time_zone, path)}}
        case Nested():
            return _nested(node, fields, time_zone, path)
        case Both():
            queries = [dsl(each, fields, time_zone, path) for each in node.queries]
            return _any_of(queries) if node.any else {"bool": {"filter": queries}}


def _any_of(queries: list[Query]) -> Query:
    return {"bool": {"should": queries, "minimum_should_match": 1}}


def _nested(node: Nested, fields: Fields | None, time_zone: str, path: str) -> Query:
    inner = f"{path}.{_text(node.path)}" if path else str(_text(node.path))
    return {
        "nested": {"path": inner, "query": dsl(node.query, fields, time_zone, inner), "score_mode": "none"}
    }


def _is(node: Is, fields: Fields | None, time_zone: str, path: str) -> Query:
    exists = node.value == EVERYTHING
    if exists and node.field == EVERYTHING:
        return {"match_all": {}}
    if node.field == Literal(None):
        return _anywhere(node)
    found = _fields(node.field, fields, path)
    if exists and fields is not None and len(found) == len(fields):
        return {"match_all": {}}
    return _any_of([_one(each, node, time_zone) for each in found])


def _anywhere(node: Is) -> Query:
    if isinstance(node.value, Wildcard):
        return {"query_string": {"query": node.value.escaped()}}
    kind = "phrase" if node.phrase else "best_fields"
    return {"multi_match": {"type": kind, "query": node.value.value, "lenient": True}}


def _one(field: Field, node: Is, time_zone: str) -> Query:
    if node.value == EVERYTHING:
        return {"exists": {"field": field.name}}
    if isinstance(node.value, Wildcard):
        return _wildcard(field, node.value)
    value = node.value.value
    if field.type == "date":
        return {"range": {field.name: {"gte": value, "lte": value, "time_zone": time_zone}}}
    if field.es_type == "keyword":
        return {"term": {field.name: {"value": value}}}
    return {"match_phrase" if node.phrase else "match": {field.name: value}}


def _wildcard(field: Field, value: Wildcard) -> Query:
    if field.es_type == "keyword":
        return {"wildcard": {field.name: {"value": value.escaped()}}}
    return {"query_string": {"fields": [field.name], "query": value.escaped()}}


def _range(node: Range, fields: Fields | None, time_zone: str, path: str) -> Query:
    limits = {node.operator: _text(node.value)}

    def one(field: Field) -> Query:
        zone = {"time_zone": time_zone} if field.type == "date" else {}
        return {"range": {field.name: limits | zone}}

    return _any_of([one(each) for each in _fields(node.field, fields, path)])


def _fields(term: Term, fields: Fields | None, path: str) -> list[Field]:
    """The fields a term names; a name that the data view lacks is taken as it is written."""
    full = _prefixed(term, path)
    of: Callable[[str], Field] = fields.of if fields else Field
    if isinstance(full, Literal):
        return [of(str(full.value))]
    matching = [each for each in fields or () if full.matches(each.name)]
    return matching or [Field(full.text())]


def _prefixed(term: Term, path: str) -> Term:
    if not path:
        return term
    return Literal(f"{path}.{term.value}") if isinstance(term, Literal) else Wildcard(f"{path}.{term.value}")


def _text(term: Term) -> str | bool | None:
    return term.text() if isinstance(term, Wildcard) else term.value


__all__ = ["ANY", "Query", "dsl"]

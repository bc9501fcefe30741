"""Colours: only those of `kibana/colours.py`, and a category that has one wears it everywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from kibana.colours import MEANINGS
from kibana.linter.queries import named_fields
from kibana.linter.reading import Export, Finding, Json, Panel, nested
from kibana.translator.kuery import parse

PALETTE: Final = {colour.lower() for colour in MEANINGS.values()}
BY_NAME: Final = {name.lower(): colour for name, colour in MEANINGS.items()}
# Fields whose values have colours: a breakdown by one of them would be coloured by rank.
COLOURED: Final = {
    *("decision.action", "decision.status", "decision.would_be", "decision.role", "model.role"),
    *("monitor.state", "outcome.state", "outcome.correct"),
}
_NO_COLOUR: Final = {"transparent", "independent", "shared"}  # the latter two resolve a scale
_HEX: Final = re.compile(r"#[0-9a-fA-F]{3,8}\b")


def colours_come_from_the_table(export: Export) -> Iterator[Finding]:
    """Every colour that a panel names."""
    for panel in export.panels:
        for colour in sorted(set(_colours(panel))):
            if colour.lower() not in PALETTE:
                yield Finding(panel.place, f"colour {colour} has no meaning in kibana/colours.py")


def categories_keep_their_colour(export: Export) -> Iterator[Finding]:
    """A series whose label or filter names a category is drawn in that category's colour."""
    for panel in export.panels:
        for label, colour in _painted(panel):
            wanted = BY_NAME.get(label.lower())
            if wanted and wanted.lower() != colour.lower():
                yield Finding(panel.place, f"{label} is drawn in {colour}, not in {wanted}")


def no_breakdown_is_coloured_by_rank(export: Export) -> Iterator[Finding]:
    """A category with a colour is a series of its own, never a terms breakdown in default colours."""
    for panel in export.panels:
        if panel.type != "lens":
            continue
        columns = {id_: column for layer in panel.layers for id_, column in layer.columns.items()}
        for drawn in panel.drawn:
            ids = [drawn.get("splitAccessor"), *drawn.get("primaryGroups", [])]
            for id_ in ids:
                field = columns.get(id_, {}).get("sourceField")
                if field in COLOURED:
                    yield Finding(panel.place, f"the breakdown by {field} takes its colours by rank")


def _colours(panel: Panel) -> Iterator[str]:
    if panel.type == "vega":
        yield from _HEX.findall(json.dumps(panel.spec))
        for each in nested(panel.spec):
            for key in ("color", "fill", "stroke", "background"):
                named = each.get(key)
                if isinstance(named, str) and not named.startswith("#") and named not in _NO_COLOUR:
                    yield named
            if "scheme" in each:
                yield str(each["scheme"])
    if panel.type == "lens":
        yield from (
            each[key] for each in nested(panel.state) for key in ("color",) if isinstance(each.get(key), str)
        )
        for drawn in panel.drawn:
            yield from drawn.get("colorsByDimension", {}).values()


def _painted(panel: Panel) -> Iterator[tuple[str, str]]:
    """(category, colour) pairs that a panel draws."""
    if panel.type == "lens":
        columns = {id_: column for layer in panel.layers for id_, column in layer.columns.items()}
        for drawn in panel.drawn:
            styles = {each["forAccessor"]: each.get("color") for each in drawn.get("yConfig", [])}
            for id_, colour in (styles | drawn.get("colorsByDimension", {})).items():
                for category in _categories(columns.get(id_, {})):
                    yield category, colour
    if panel.type == "vega":
        for scale in nested(panel.spec):
            domain, colours = scale.get("domain"), scale.get("range")
            if isinstance(domain, list) and isinstance(colours, list):
                pairs = zip(domain, colours, strict=False)
                yield from ((str(name), str(colour)) for name, colour in pairs if str(colour).startswith("#"))


def _categories(column: Json) -> set[str]:
    if str(column.get("label", "")).lower() in BY_NAME:
        return {column["label"]}
    kuery = column.get("filter", {}).get("query", "")
    if not kuery or column.get("operationType") == "last_value":
        return set()
    named = [str(value) for field, value in named_fields(parse(kuery)) if field in COLOURED]
    return {named[0]} if len(named) == 1 and named[0].lower() in BY_NAME else set()
